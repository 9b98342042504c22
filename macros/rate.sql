-- A share to six decimals; null where there is nothing to be a share of, or where the
-- share is too large to say anything: from a cent to a billion.
{% macro rate(numerator, denominator) -%}
    try_cast(
        cast({{ numerator }} as double) / nullif({{ denominator }}, 0) as decimal(18, 6)
    )
{%- endmacro %}
