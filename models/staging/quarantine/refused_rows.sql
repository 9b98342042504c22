select * from {{ ref('refused_arr_rows') }}
{% for table, rules in raw_contract().items() if table not in arr_tables() %}
    union all
    {{ refused(table, rules.columns) }}
{% endfor %}
