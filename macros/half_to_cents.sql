-- Half of an amount in cents; where a cent is left, the half nearer to nothing.
{% macro half_to_cents(amount) -%}
    cast(
        sign({{ amount }}) * floor(abs({{ amount }}) * 50) * cast(0.01 as decimal(3, 2))
        as decimal(18, 2)
    )
{%- endmacro %}
