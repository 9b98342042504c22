-- A decimal divided by a whole number, rounded half away from zero to cents. Exact: a
-- remainder is compared with half the divisor, as half a cent, common in prices, would
-- fall either way in floating point.
{% macro quotient_to_cents(dividend, divisor) -%}
    {%- set d, n = '(' ~ dividend ~ ')', '(' ~ divisor ~ ')' -%}
    {%- set hundredths = '(' ~ d ~ ' % ' ~ n ~ ' * 100)' -%}
    {%- set rest = '(' ~ hundredths ~ ' % ' ~ n ~ ')' -%}
    case
        when {{ n }} = 1 then cast(round({{ d }}, 2) as decimal(18, 2))
        else cast(
            cast(({{ d }} - {{ d }} % {{ n }}) / {{ n }} as decimal(18, 0))
            + (
                cast(({{ hundredths }} - {{ rest }}) / {{ n }} as integer)
                + case
                    when 2 * abs({{ rest }}) >= {{ n }} then sign({{ d }}) else 0
                end
            ) * cast(0.01 as decimal(3, 2))
            as decimal(18, 2)
        )
    end
{%- endmacro %}
