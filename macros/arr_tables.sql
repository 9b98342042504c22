-- The raw tables that ARR rests on: what the refused rows of any other leave unknown is
-- no ARR, and a past evaluation of ARR need not read them.
{% macro arr_tables() %}
    {{- return([
        'billing__contract_migrations',
        'billing__discounts',
        'billing__fx_rates',
        'billing__product_migrations',
        'billing__products',
        'billing__subscription_items',
        'billing__subscription_statuses',
        'billing__subscriptions',
        'crm__accounts',
        'finance__arr_adjustments',
    ]) -}}
{% endmacro %}
