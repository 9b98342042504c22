-- Why a raw value is not what its type asks: it is written as one, but out of the type's
-- range, or it is none; then how one is written.
{% macro malformed_reason(name, type) %}
    {%- set raw = 'cast(typed.raw_' ~ name ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {%- set shown = 'decimal' if type == 'wide' else type -%}
    {%- set forms = {
        'boolean': 'true or false',
        'date': 'YYYY-MM-DD',
        'int': 'digits alone',
        'bigint': 'digits alone',
    } -%}
    {%- set form = forms.get(type, 'digits and a point') -%}
    {%- set is_none = "'is not of type " ~ shown ~ ' (' ~ form ~ ")'" -%}
    {%- set ranges = {
        'decimal': 'is not below 10^12',
        'wide': 'is not below 10^15',
        'rate': 'is not below 10^8',
        'int': 'is not below 2^31',
        'bigint': 'is not below 10^12',
        'date': 'is not from 1900-01-01 to 9999-12-31',
    } -%}
    {%- set written = '[+-]?[0-9]+([.]0*)?' if 'int' in type
        else '[+-]?[0-9]+([.][0-9]*)?' -%}
    {%- if type == 'date' -%}
        {%- set written = '[0-9]+-[0-9]{2}-[0-9]{2}( .BC.)?([T ][0-9:.]*)?' -%}
        {%- set raw = 'case when try_cast(' ~ raw ~ ' as date) is not null then ' ~ raw
            ~ ' end' -%}
    {%- endif -%}
    {%- if type == 'boolean' -%}
        {{ is_none }}
    {%- else -%}
        case when {{ matches(raw, written) }} then '{{ ranges[type] }}' else {{ is_none }} end
    {%- endif -%}
{% endmacro %}
