-- The tables of the contract, each end with the name of its table in `end`: whether the
-- last day is given or the one after is a matter of the table.
{% macro with_ends_named(tables) %}
    {% for table, rules in tables.items() %}
        {% for rule in rules.columns.values() if rule.end %}
            {% do rule.update({'end': table}) %}
        {% endfor %}
    {% endfor %}
    {{ return(tables) }}
{% endmacro %}
