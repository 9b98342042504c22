-- The keys of a policy seed as columns of one row: a select list of each key and its type.
{% macro policy_columns() %}
    {%- for key, type in kwargs.items() -%}
        cast(max(case when policy_key = '{{ key }}' then value end) as {{ type }})
        as {{ key }}
        {%- if not loop.last %},
    {% endif %}
    {%- endfor %}
{%- endmacro %}
