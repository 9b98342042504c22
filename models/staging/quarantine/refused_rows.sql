{% for table, rules in raw_contract().items() %}
    {{ refused(table, rules.columns) }}
    {{ 'union all' if not loop.last }}
{% endfor %}
