with

periods as (

    select * from {{ ref('int_subscription_items_cut_to_periods') }}

),

intervals as (

    select
        *,
        greatest({{ interval_price('periods') }}, 0) as list_price
    from periods

),

discounted as (

    select
        *,
        case
            when kept_rate is null then list_price
            else greatest(list_price * kept_rate - amount_off, 0)
        end as price
    from intervals

)

select
    item_id,
    subscription_id,
    account_id,
    product_id,
    currency,
    item_starts_on,
    item_ends_on,
    is_contracted_step,
    valid_from,
    valid_to,
    signed_to,
    quantity,
    unit_price,
    billing_interval,
    interval_count,
    coalesce(contract_amount_off, 0) as contract_amount_off,
    -- Tells whether two lines have one price; no ARR is made of it.
    cast(round(
        cast(unit_price as decimal(38, 6))
        * {{ intervals_per_year('billing_interval') }}
        / interval_count,
        6
    ) as decimal(38, 6)) as unit_list_arr,
    {{ annualised('list_price', 'billing_interval', 'interval_count') }} as list_arr,
    {{ annualised('price', 'billing_interval', 'interval_count') }} as item_arr
from discounted
