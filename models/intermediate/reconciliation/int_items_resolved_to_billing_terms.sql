with

arr_items as (

    select * from {{ ref('int_arr_items_resolved_to_accounts') }}
    where not is_adjustment

),

cut_items as (

    select * from {{ ref('int_subscription_items_cut_to_periods') }}

),

shares as (

    select * from {{ ref('int_contract_amounts_shared_to_items') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- An end after the last balance is not looked for: the period is open until then.
terms as (

    select
        arr_items.item_id,
        arr_items.subscription_id,
        arr_items.account_id,
        arr_items.product_id,
        arr_items.currency,
        arr_items.valid_from,
        least(
            arr_items.valid_to,
            cast({{ dbt.dateadd('day', 1, 'policy.last_balance_on') }} as date)
        ) as valid_to,
        arr_items.arr,
        cut_items.billing_interval,
        cut_items.interval_count,
        cut_items.quantity,
        cast(greatest(
            cast(cut_items.quantity as decimal(38, 6))
            * cut_items.unit_price
            * coalesce(cut_items.kept_rate, 1)
            - coalesce(cut_items.amount_off, 0)
            -- Its share of what is taken off the whole contract, on each of its bills.
            - coalesce(shares.arr_off, 0) * cut_items.interval_count
            / {{ intervals_per_year('cut_items.billing_interval') }},
            0
        ) as decimal(18, 6)) as price
    from arr_items
    cross join policy
    inner join cut_items
        on
            arr_items.item_id = cut_items.item_id
            and arr_items.valid_from = cut_items.valid_from
    left join shares
        on
            arr_items.item_id = shares.item_id
            and arr_items.valid_from = shares.valid_from

)

select * from terms
where valid_from < valid_to
