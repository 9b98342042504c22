-- A number from 0 up to, not including, 2^32 that a text always gives, in any engine and
-- any version: the first eight hex digits of its sha256. Holdouts and draws rest on it.
{% macro hash_number(text) %}
    {{- return(adapter.dispatch('hash_number')(text)) -}}
{% endmacro %}

{% macro default__hash_number(text) -%}
    cast(concat('0x', substr(sha256({{ text }}), 1, 8)) as bigint)
{%- endmacro %}

{% macro spark__hash_number(text) -%}
    cast(conv(substr(sha2({{ text }}, 256), 1, 8), 16, 10) as bigint)
{%- endmacro %}
