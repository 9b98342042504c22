-- A value of a row kept as JSON, as text; null where it is null. DuckDB and Spark differ
-- in the function.
{% macro json_text(json, name) %}
    {{- return(adapter.dispatch('json_text')(json, name)) -}}
{% endmacro %}

{% macro default__json_text(json, name) -%}
    json_extract_string({{ json }}, '$."{{ name }}"')
{%- endmacro %}

{% macro spark__json_text(json, name) -%}
    get_json_object({{ json }}, '$.{{ name }}')
{%- endmacro %}
