-- A local amount at a rate, in cents of the reporting currency: the smallest amount there
-- is, of which every total is a sum.
{% macro to_reporting_currency(amount, rate) -%}
    case
        when {{ rate }} = 1 then {{ amount }}
        else cast(
            round(cast({{ amount }} as decimal(38, 2)) * {{ rate }}, 2) as decimal(18, 2)
        )
    end
{%- endmacro %}
