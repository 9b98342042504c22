-- One row for each month number from the first up to, not including, the end: stands in
-- a select list, beside columns that repeat. Engines differ in how they make rows.
{% macro each_month(first, end) %}
    {{- return(adapter.dispatch('each_month')(first, end)) -}}
{% endmacro %}

{% macro default__each_month(first, end) -%}
    cast(unnest(range({{ first }}, {{ end }})) as integer)
{%- endmacro %}

{% macro spark__each_month(first, end) -%}
    explode(filter(sequence({{ first }}, {{ end }} - 1), each -> each < {{ end }}))
{%- endmacro %}
