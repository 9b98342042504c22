-- Whether a value meets its signal's threshold, in the direction the seed gives. Needs
-- `policy`, the signal's row of the seed, in the from clause.
{% macro meets_threshold(value) -%}
    case policy.direction
        when 'at_least' then {{ value }} >= policy.threshold
        when 'at_most' then {{ value }} <= policy.threshold
    end
{%- endmacro %}
