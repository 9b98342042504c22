-- A bound of the Wilson interval of a share, hits of trials, for z standard deviations:
-- the lower with '-', the upper with '+'. Null without trials.
{% macro wilson_bound(hits, trials, z, sign) -%}
    (
        cast({{ hits }} as double) / nullif({{ trials }}, 0)
        + {{ z }} * {{ z }} / (2 * nullif({{ trials }}, 0))
        {{ sign }} {{ z }} * sqrt(
            cast({{ hits }} as double) / nullif({{ trials }}, 0)
            * (1 - cast({{ hits }} as double) / nullif({{ trials }}, 0))
            / nullif({{ trials }}, 0)
            + {{ z }} * {{ z }} / (4.0 * nullif({{ trials }}, 0) * {{ trials }})
        )
    ) / (1 + {{ z }} * {{ z }} / nullif({{ trials }}, 0))
{%- endmacro %}
