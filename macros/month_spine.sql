-- Every month number from the smallest to the largest in a relation of first_month and
-- last_month. Engines differ in how they make rows.
{% macro month_spine(bounds) %}
    {{- return(adapter.dispatch('month_spine')(bounds)) -}}
{% endmacro %}

{% macro default__month_spine(bounds) -%}
    select cast(unnest(range(first_month, last_month + 1)) as integer) as month_number
    from {{ bounds }}
{%- endmacro %}

{% macro spark__month_spine(bounds) -%}
    select explode(sequence(first_month, last_month)) as month_number
    from {{ bounds }}
{%- endmacro %}
