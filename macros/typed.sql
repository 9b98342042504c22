-- A raw value as its contract type. Empty text is null, and so is a value that is not of
-- the type or outside its range, which is_malformed() tells from an empty one: a range
-- that is the type's costs nothing per row. Text is held to how the contract writes it,
-- as a cast reads more: 1_000, 1e3, 2025/06/30.
{% macro typed(column, type) %}
    {%- set text = 'cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {%- if type == 'text' -%}
        nullif({{ text }}, '')
    {%- elif type == 'boolean' -%}
        case lower({{ text }})
            when 'true' then true
            when 'false' then false
        end
    {%- elif type == 'date' -%}
        {#- A time of day without a zone changes no date; one with a zone may. -#}
        {%- set day = 'try_cast(substr(' ~ text ~ ', 1, 10) as date)' -%}
        {%- set at = "[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3])(:[0-5][0-9]){1,2}"
            ~ "([.][0-9]*)?)?" -%}
        case
            when {{ is_text(column) }}
                then case
                    when {{ matches(text, at) }} and {{ day }} >= {{ first_date() }}
                        then {{ day }}
                end
            when try_cast({{ column }} as date)
                between {{ first_date() }} and cast('9999-12-31' as date)
                then try_cast({{ column }} as date)
        end
    {%- elif type in ('int', 'bigint') -%}
        {%- set number = 'try_cast(' ~ column ~ ' as decimal(18, 6))' -%}
        case
            when
                {{ number }} = try_cast({{ column }} as bigint)
                and (
                    not {{ is_text(column) }}
                    or {{ matches(text, '[+-]?[0-9]+([.]0*)?') }}
                )
                then try_cast({{ column }} as {{ {'int': 'integer'}.get(type, type) }})
        end
    {%- else -%}
        {%- set types = {
            'decimal': 'decimal(18, 6)', 'wide': 'decimal(21, 6)',
            'rate': 'decimal(18, 10)',
        } -%}
        case
            when
                not {{ is_text(column) }}
                or {{ matches(text, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)') }}
                then try_cast({{ column }} as {{ types[type] }})
        end
    {%- endif -%}
{% endmacro %}
