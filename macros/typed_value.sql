-- A raw value as staging keeps it: of its contract type, and an end as the first day no
-- longer, whether the table gives that day or the last one. "Never" stays as it is.
{% macro typed_value(column, rule) %}
    {%- set value = typed(column, rule.type) -%}
    {%- if rule.end -%}
        case
            when {{ value }} < cast('9999-12-31' as date)
                then cast({{ dbt.dateadd('day', days_after_end(rule.end), value) }} as date)
            else {{ value }}
        end
    {%- else -%}
        {{ value }}
    {%- endif -%}
{% endmacro %}
