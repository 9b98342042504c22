-- A number whose lowest bits are set, as many as said: the last days of packed usage.
{% macro lowest_bits(count) -%}
    ((cast(1 as bigint) << ({{ count }})) - 1)
{%- endmacro %}
