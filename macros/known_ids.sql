-- Joins the typed rows of a raw table to what they refer to: known_<column>.known_id is
-- null where nothing is known. A reference of a table to itself needs the table staged.
{% macro known_ids(table, with_self) %}
    {%- set columns = raw_contract()[table].columns -%}
    {%- for name, rule in columns.items()
        if rule.references and (with_self or rule.references != table) %}
        {%- set key = raw_contract().get(rule.references, {}).get('columns', {}) %}
        {%- set key = (key.keys() | list | first) or 'product_id' %}
    left join (
        select distinct {{ key }} as known_id from {{ ref('stg_' ~ rule.references) }}
    ) as known_{{ name }} on typed.{{ name }} = known_{{ name }}.known_id
    {%- endfor %}
    {%- if columns.currency and table != 'billing__fx_rates' %}
    left join {{ ref('stg_billing__convertible_currencies') }} as known_currency
        on typed.currency = known_currency.known_id
    {%- endif %}
{% endmacro %}
