-- How many standard deviations around the mean hold a share of a normal distribution:
-- 1.959964 for 0.95. SQL has no function for it: this is Acklam's approximation for the
-- tails, right to six digits from a share of 0.8 on.
{% macro normal_quantile(share) -%}
    {%- set t = 'sqrt(-2 * ln((1 - cast(' ~ share ~ ' as double)) / 2))' -%}
    -1 * (
        (((((-0.007784894002430293 * {{ t }} - 0.3223964580411365) * {{ t }}
        - 2.400758277161838) * {{ t }} - 2.549732539343734) * {{ t }}
        + 4.374664141464968) * {{ t }} + 2.938163982698783)
        / ((((0.007784695709041462 * {{ t }} + 0.3224671290700398) * {{ t }}
        + 2.445134137142996) * {{ t }} + 3.754408661907416) * {{ t }} + 1)
    )
{%- endmacro %}
