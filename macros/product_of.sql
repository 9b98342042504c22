-- The product of a column over a group; SQL has no standard name for it.
{% macro product_of(expression) %}
    {{- return(adapter.dispatch('product_of')(expression)) -}}
{% endmacro %}

{% macro default__product_of(expression) -%}
    product({{ expression }})
{%- endmacro %}

{% macro spark__product_of(expression) -%}
    aggregate(
        collect_list({{ expression }}), cast(1 as double), (total, each) -> total * each
    )
{%- endmacro %}
