-- A part of a change that was worked out in floating point, in cents; the eighth decimal is
-- where floating point ends and half a cent is still exact. A part ten times as large as
-- any line may be is none: a price of a millionth and one of a billion have no mean.
{% macro part_in_cents(value) -%}
    case
        when abs({{ value }}) < 1e13
            then cast(round(cast({{ value }} as decimal(38, 8)), 2) as decimal(18, 2))
        else 0
    end
{%- endmacro %}
