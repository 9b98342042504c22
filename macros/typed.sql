-- A raw value as its contract type: empty text is null, and so is a value that is not of
-- the type, which is_malformed() tells from an empty one.
{% macro typed(column, type) %}
    {%- if type == 'text' -%}
        nullif(cast({{ column }} as {{ dbt.type_string() }}), '')
    {%- elif type == 'boolean' -%}
        case lower(cast({{ column }} as {{ dbt.type_string() }}))
            when 'true' then true
            when 'false' then false
        end
    {%- elif type in ('int', 'bigint') -%}
        {%- set number = 'try_cast(' ~ column ~ ' as decimal(38, 6))' -%}
        case
            when {{ number }} = try_cast({{ column }} as bigint)
                then try_cast({{ column }} as {{ {'int': 'integer'}.get(type, type) }})
        end
    {%- else -%}
        {%- set types = {'decimal': 'decimal(18, 6)', 'rate': 'decimal(18, 10)'} -%}
        try_cast({{ column }} as {{ types.get(type, type) }})
    {%- endif -%}
{% endmacro %}
