-- The raw table in which people look for what a column refers to.
{% macro referred_table(rule) %}
    {% set ids = {
        "'subscription'": 'billing__subscriptions',
        "'item'": 'billing__subscription_items',
        'id_kind': 'the table of its id_kind',
    } %}
    {{ return(
        ids[rule.id_kind] if rule.id_kind
        else rule.references.split('.')[0] | replace('product_ids', 'products')
    ) }}
{% endmacro %}
