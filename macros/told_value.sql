-- A raw value as a reason tells it, between quotes: no longer than needed to find it,
-- and without a quote in it, so that reasons can be compared without their values.
{% macro told_value(value) -%}
    {%- set as_text = 'cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {%- set text = 'replace(' ~ as_text ~ ", '''', '’')" -%}
    case
        when length({{ text }}) > 40 then concat(substr({{ text }}, 1, 37), '...')
        else {{ text }}
    end
{%- endmacro %}
