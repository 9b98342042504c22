-- Raw rows with each value cast to its contract type and each end as the first day no
-- longer, the raw value beside it as raw_<column>, and is_malformed_<column> where a value
-- is not of its type.
{% macro typed_rows(columns, relation) %}
    select
    {%- for name, rule in columns.items() %}
        {{ name }} as raw_{{ name }},
        {{ typed_value(name, rule) }} as {{ name }},
        {%- if rule.type != 'text' %}
        case
            when {{ typed(name, rule.type) }} is null
                then coalesce(cast({{ name }} as {{ dbt.type_string() }}), '') <> ''
            else false
        end as is_malformed_{{ name }},
        {%- endif %}
    {%- endfor %}
        true as is_raw
    from {{ relation }}
{% endmacro %}
