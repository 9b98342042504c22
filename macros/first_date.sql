-- The first date that the contract knows; the last is 9999-12-31, as many write "never".
{% macro first_date() -%}
    cast('1900-01-01' as date)
{%- endmacro %}
