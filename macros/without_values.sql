-- The reason of a refusal without the row's own values: what rows have in common.
{% macro without_values(reason) -%}
    regexp_replace({{ reason }}, '''[^'']*'' ', '', 'g')
{%- endmacro %}
