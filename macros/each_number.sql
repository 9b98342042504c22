-- One row for each whole number from the first up to, not including, the end: stands in
-- a select list, beside columns that repeat. Engines differ in how they make rows.
{% macro each_number(first, end) %}
    {{- return(adapter.dispatch('each_number')(first, end)) -}}
{% endmacro %}

{% macro default__each_number(first, end) -%}
    cast(unnest(range({{ first }}, {{ end }})) as integer)
{%- endmacro %}

{% macro spark__each_number(first, end) -%}
    explode(filter(sequence({{ first }}, {{ end }} - 1), each -> each < {{ end }}))
{%- endmacro %}
