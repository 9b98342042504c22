-- Whether a source gave a column as text; known before a row is read.
{% macro is_text(column) %}
    {{- return(adapter.dispatch('is_text')(column)) -}}
{% endmacro %}

{% macro default__is_text(column) -%}
    typeof({{ column }}) = 'VARCHAR'
{%- endmacro %}

{% macro spark__is_text(column) -%}
    typeof({{ column }}) = 'string'
{%- endmacro %}
