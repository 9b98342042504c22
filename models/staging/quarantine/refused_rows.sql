{% for table in raw_contract() %}
    {{ refused(table) }}
    {{ 'union all' if not loop.last }}
{% endfor %}
