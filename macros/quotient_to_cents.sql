-- A decimal that is not negative, divided by a whole number and rounded half away from
-- zero to cents. The whole part is divided exactly and only a remainder below the divisor
-- as floating point: half a cent, common in prices, would else fall either way.
{% macro quotient_to_cents(dividend, divisor) -%}
    {%- set whole = 'cast(floor(' ~ dividend ~ ') as bigint)' -%}
    case
        when {{ divisor }} = 1 then cast(round({{ dividend }}, 2) as decimal(18, 2))
        else cast(
        cast(({{ whole }} - {{ whole }} % {{ divisor }}) / {{ divisor }} as decimal(18, 2))
        + round(cast(
            ({{ whole }} % {{ divisor }} + ({{ dividend }} - floor({{ dividend }})))
            / {{ divisor }} as decimal(18, 12)
        ), 2) as decimal(18, 2)
        )
    end
{%- endmacro %}
