-- The texts of a group in one, in the order given. SQL has no common name for it.
{% macro joined_text(text, order, separator="', '") %}
    {{- return(adapter.dispatch('joined_text')(text, order, separator)) -}}
{% endmacro %}

{% macro default__joined_text(text, order, separator) -%}
    string_agg({{ text }}, {{ separator }} order by {{ order }})
{%- endmacro %}

{% macro spark__joined_text(text, order, separator) -%}
    listagg({{ text }}, {{ separator }}) within group (order by {{ order }})
{%- endmacro %}
