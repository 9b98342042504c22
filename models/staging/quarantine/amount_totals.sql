{#- The amount of a row in cents of its own currency, and 0 where it bears none. -#}
{%- set amounts = {
    'billing__subscription_items':
        "case when typed.charge_type = 'recurring' and not coalesce("
        ~ price_checks()[0].fails ~ ', false) then '
        ~ annualised_amount('typed') ~ ' end',
    'billing__invoice_lines': 'typed.amount',
    'crm__opportunities': 'case when typed.is_closed and typed.is_won
            then typed.amount_arr end',
    'finance__gtm_costs': 'typed.amount',
    'finance__gl_revenue': 'typed.amount',
    'finance__arr_adjustments': 'typed.arr_amount',
} -%}
{% for table, amount in amounts.items() %}
    {%- set columns = raw_contract()[table].columns %}
    {%- set match, key = [], [] %}
    {%- for name, rule in columns.items() if rule.key %}
        {%- do key.append(name) %}
        {%- do match.append('typed.' ~ name ~ ' = staged.' ~ name) %}
    {%- endfor %}
    {%- set cents = 'cast(round(coalesce(' ~ amount ~ ', 0), 2) as decimal(38, 2))' %}
    select
        '{{ table }}' as table_name,
        cast(coalesce(sum({{ cents }}), 0) as decimal(38, 2)) as raw_amount,
        cast(
            coalesce(sum({{ cents }}) filter (where staged.{{ key[0] }} is null), 0)
            as decimal(38, 2)
        ) as quarantined_amount,
        cast(
            coalesce(sum({{ cents }}) filter (where staged.{{ key[0] }} is not null), 0)
            as decimal(38, 2)
        ) as admitted_amount,
        (
            select cast(coalesce(sum({{ cents }}), 0) as decimal(38, 2))
            from {{ ref('stg_' ~ table) }} as typed
        ) as staged_amount
    from ({{ typed_rows(columns, raw(table)) }}) as typed
    left join {{ ref('stg_' ~ table) }} as staged on {{ match | join(' and ') }}
    {{ 'union all' if not loop.last }}
{% endfor %}
