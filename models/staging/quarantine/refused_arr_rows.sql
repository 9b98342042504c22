{% for table in arr_tables() %}
    {{ refused(table, raw_contract()[table].columns) }}
    {{ 'union all' if not loop.last }}
{% endfor %}
