-- How many standard deviations around the mean hold a share of a normal distribution:
-- 1.96 for 0.95. Abramowitz and Stegun 26.2.23, off by less than 0.0005; SQL has none.
{% macro normal_quantile(confidence_rate) -%}
    {%- set t = 'sqrt(-2 * ln((1 - cast(' ~ confidence_rate ~ ' as double)) / 2))' -%}
    {{ t }}
    - (2.515517 + 0.802853 * {{ t }} + 0.010328 * power({{ t }}, 2))
    / (
        1 + 1.432788 * {{ t }} + 0.189269 * power({{ t }}, 2)
        + 0.001308 * power({{ t }}, 3)
    )
{%- endmacro %}
