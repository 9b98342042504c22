-- A row as JSON text, each column by its name. DuckDB and Spark differ in the function.
{% macro row_as_json(columns, prefix) %}
    {{- return(adapter.dispatch('row_as_json')(columns, prefix)) -}}
{% endmacro %}

{% macro default__row_as_json(columns, prefix) -%}
    cast(json_object(
        {%- for name in columns %}
        '{{ name }}', {{ prefix }}{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    ) as {{ dbt.type_string() }})
{%- endmacro %}

{% macro spark__row_as_json(columns, prefix) -%}
    to_json(struct(
        {%- for name in columns %}
        {{ prefix }}{{ name }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    ))
{%- endmacro %}
