-- Joins the typed rows of a raw table to what they refer to: known_<column>.known_id is
-- null where nothing is known. What a table says of itself is looked up once it is staged.
{% macro known_ids(table, columns) %}
    {%- for name, rule in columns.items() if rule.references %}
        {%- set model, key = rule.references.split('.') %}
        {%- if model != table %}
    left join (
        select distinct
            {%- if rule.id_kind %} id_kind as known_kind,{% endif %}
            {{ key }} as known_id
        from {{ ref('stg_' ~ model) }}
    ) as known_{{ name }}
        on
            typed.{{ name }} = known_{{ name }}.known_id
            {%- if rule.id_kind %}
            and known_{{ name }}.known_kind
            = {{ 'typed.' if rule.id_kind in columns }}{{ rule.id_kind }}
            {%- endif %}
        {%- endif %}
    {%- endfor %}
    {%- if columns.currency and table != 'billing__fx_rates' %}
    left join {{ ref('stg_billing__convertible_currencies') }} as known_currency
        on typed.currency = known_currency.known_id
    {%- endif %}
{% endmacro %}
