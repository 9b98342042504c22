-- A bound, 'low' or 'high', of the Wilson interval of a share: hits of n, at 95 %, the
-- confidence of every interval. Null where n is 0.
{% macro wilson_bound(hits, n, side) -%}
    {#- The normal quantile of 0.975. -#}
    {%- set z = 1.959963984540054 -%}
    cast(
        (
            {{ hits }} + {{ z * z / 2 }}e0
            {{ '-' if side == 'low' else '+' }} {{ z }}e0 * sqrt(
                {{ hits }} * ({{ n }} - {{ hits }}) / nullif({{ n }}, 0)
                + {{ z * z / 4 }}e0
            )
        ) / ({{ n }} + {{ z * z }}e0)
        as decimal(18, 6)
    )
{%- endmacro %}
