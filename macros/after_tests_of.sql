-- A model with this is built after these models and their tests, and not at all when one
-- of them fails, though it reads none of them.
{% macro after_tests_of(models) -%}
    {%- for model in models %}
-- depends_on: {{ ref(model) }}
    {%- endfor %}
{%- endmacro %}
