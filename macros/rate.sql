-- A share to six decimals; null where there is nothing to be a share of.
{% macro rate(numerator, denominator) -%}
    cast(
        cast({{ numerator }} as double) / nullif({{ denominator }}, 0) as decimal(18, 6)
    )
{%- endmacro %}
