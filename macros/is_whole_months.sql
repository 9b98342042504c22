-- Whether a day is a whole number of months after another, at least one.
{% macro is_whole_months(from_day, to_day) %}
    {%- set months = month_number(to_day) ~ ' - (' ~ month_number(from_day) ~ ')' -%}
    (
        {{ months }} >= 1
        and cast({{ dbt.dateadd('month', months, from_day) }} as date) = {{ to_day }}
    )
{%- endmacro %}
