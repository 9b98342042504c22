with

periods as (

    select * from {{ ref('int_subscription_items_cut_to_periods') }}

),

intervals as (

    select
        *,
        case billing_interval
            when 'day' then 365
            when 'week' then 52
            when 'month' then 12
            when 'year' then 1
        end as periods_per_year,
        cast(quantity as decimal(38, 6)) * unit_price as price
    from periods

),

annualised as (

    select
        *,
        greatest(price * periods_per_year, 0) as list_dividend,
        greatest(
            (price * coalesce(kept_rate, 1) - coalesce(amount_off, 0))
            * periods_per_year,
            0
        ) as dividend
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
    {{ quotient_to_cents('list_dividend', 'interval_count') }} as list_arr,
    case
        when kept_rate is null
            then {{ quotient_to_cents('list_dividend', 'interval_count') }}
        else {{ quotient_to_cents('dividend', 'interval_count') }}
    end as arr
from annualised
