-- A number that a text always gives, in any engine and any version: the first hex digits
-- of its sha256, at most 15. Holdouts, draws and the hashes of the ledger rest on it.
{% macro hash_number(text, digits=8) %}
    {{- return(adapter.dispatch('hash_number')(text, digits)) -}}
{% endmacro %}

{% macro default__hash_number(text, digits) -%}
    cast(concat('0x', substr(sha256({{ text }}), 1, {{ digits }})) as bigint)
{%- endmacro %}

{% macro spark__hash_number(text, digits) -%}
    cast(conv(substr(sha2({{ text }}, 256), 1, {{ digits }}), 16, 10) as bigint)
{%- endmacro %}
