{% for table, rules in raw_contract().items() %}
    select
        '{{ table }}' as table_name,
        (select count(*) from {{ raw(table) }}) as n_raw_rows,
    {%- if table == 'product__usage_daily' %}
        ({{ admitted_usage('n_days') }}) as n_staged_rows,
        ({{ admitted_usage('n_rows') }}) as n_admitted_rows
    {%- else %}
        (select count(*) from {{ ref('stg_' ~ table) }}) as n_staged_rows,
        ({{ admitted_copies(table, rules.columns) }}) as n_admitted_rows
    {%- endif %}
    {{ 'union all' if not loop.last }}
{% endfor %}
