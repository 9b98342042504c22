-- Months counted from year zero, so that whole months are plain arithmetic in any engine.
{% macro month_number(date) -%}
    cast(extract(year from {{ date }}) * 12 + extract(month from {{ date }}) as integer)
{%- endmacro %}
