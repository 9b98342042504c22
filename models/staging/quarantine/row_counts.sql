{% for table, rules in raw_contract().items() %}
    select
        '{{ table }}' as table_name,
        (select count(*) from {{ raw(table) }}) as n_raw_rows,
        (select count(*) from {{ ref('stg_' ~ table) }}) as n_staged_rows,
        ({{ admitted_copies(table, rules.columns) }}) as n_admitted_rows
    {{ 'union all' if not loop.last }}
{% endfor %}
