{#- The rows of one sequence follow one another: what it is of, and whose it is. -#}
{%- set sequences = {
    'billing__subscriptions': {'of': ['account_id'], 'account_id': 'account_id'},
    'billing__subscription_items': {
        'of': ['subscription_id', 'product_id'], 'subscription_id': 'subscription_id',
    },
    'billing__subscription_statuses': {
        'of': ['subscription_id'], 'subscription_id': 'subscription_id',
    },
    'billing__discounts': {
        'of': ['subscription_id', 'item_id'], 'subscription_id': 'subscription_id',
    },
    'billing__invoice_lines': {
        'of': ['account_id', 'subscription_id', 'item_id', 'product_id', 'line_type'],
        'account_id': 'account_id', 'subscription_id': 'subscription_id',
    },
    'product__entitlements': {
        'of': ['account_id', 'product_id', 'meter'], 'account_id': 'account_id',
    },
    'crm__compensation_plans': {'of': ['role']},
    'finance__arr_adjustments': {
        'of': ['account_id', 'product_id'], 'account_id': 'account_id',
    },
} -%}
{%- set starts = {
    'valid_to': 'valid_from', 'service_to': 'service_from', 'ends_on': 'started_on',
} -%}
{%- set text = dbt.type_string() -%}
{%- set selects = [] -%}
{%- for table, rules in raw_contract().items() -%}
    {%- for name, rule in rules.columns.items() if rule.end and name in starts -%}
        {%- set sequence = sequences[table] -%}
        {%- set key = [] -%}
        {%- for column in sequence.of -%}
            {%- do key.append("coalesce(" ~ column ~ ", '')") -%}
        {%- endfor -%}
        {%- set select %}
    select
        '{{ table }}' as table_name,
        concat_ws('>', {{ key | join(', ') }}) as sequence_key,
        {{ sequence.account_id or 'cast(null as ' ~ text ~ ')' }} as account_id,
        {{ sequence.subscription_id or 'cast(null as ' ~ text ~ ')' }} as subscription_id,
        {{ starts[name] }} as starts_on,
        {{ name }} as ends_on
    from {{ ref('stg_' ~ table) }}
    where {{ starts[name] }} is not null
        {%- endset -%}
        {%- do selects.append(select) -%}
    {%- endfor -%}
{%- endfor -%}
{{ selects | join('\n    union all') }}
