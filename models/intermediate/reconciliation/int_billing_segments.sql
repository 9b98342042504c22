{%- set contract = 'account_id, product_id, currency, contract_id, month_number' -%}
with

item_months as (

    select * from {{ ref('int_item_months_in_force') }}

),

line_months as (

    select * from {{ ref('int_invoice_line_months') }}

),

cuts as (

    select
        account_id,
        product_id,
        currency,
        contract_id,
        month_number,
        covers_from as cut_on
    from item_months

    union

    select
        account_id,
        product_id,
        currency,
        contract_id,
        month_number,
        covers_to as cut_on
    from item_months

    union

    select
        account_id,
        product_id,
        currency,
        contract_id,
        month_number,
        valid_from as cut_on
    from line_months

    union

    select
        account_id,
        product_id,
        currency,
        contract_id,
        month_number,
        valid_to as cut_on
    from line_months

),

followed as (

    select
        *,
        lead(cut_on) over (
            partition by {{ contract }}
            order by cut_on
        ) as next_cut_on
    from cuts

)

select
    row_number() over (
        order by {{ contract }}, cut_on
    ) as segment_id,
    account_id,
    product_id,
    currency,
    contract_id,
    month_number,
    cut_on as valid_from,
    next_cut_on as valid_to,
    {{ dbt.datediff('cut_on', 'next_cut_on', 'day') }}
        as n_days
from followed
where next_cut_on is not null
