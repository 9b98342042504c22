with

items as (

    select * from {{ ref('int_subscription_items_annualised') }}
    where contract_amount_off > 0

),

-- A contract of several intervals is billed at the shortest of those that cost
-- anything: the amount comes off each of those bills.
ranked as (

    select
        *,
        row_number() over (
            partition by subscription_id, valid_from
            order by
                case when item_arr > 0 then 0 else 1 end asc,
                cast({{ intervals_per_year('billing_interval') }} as double)
                / interval_count desc,
                item_id asc
        ) as place
    from items

),

contracts as (

    select
        subscription_id,
        valid_from,
        sum(item_arr) as contract_arr,
        max(
            case
                when place = 1
                    then {{ annualised(
                        'cast(contract_amount_off as decimal(38, 6))',
                        'billing_interval',
                        'interval_count',
                    ) }}
            end
        ) as off_arr
    from ranked
    group by subscription_id, valid_from

),

-- More off than there is leaves the contract at zero.
amounts as (

    select
        subscription_id,
        valid_from,
        cast(contract_arr * 100 as decimal(38, 0)) as contract_cents,
        cast(least(contract_arr, off_arr) * 100 as decimal(38, 0)) as off_cents
    from contracts
    where contract_arr > 0

),

quotients as (

    select
        items.item_id,
        items.subscription_id,
        items.valid_from,
        amounts.contract_cents,
        amounts.off_cents,
        amounts.off_cents * cast(items.item_arr * 100 as decimal(18, 0)) as dividend
    from items
    inner join amounts
        on
            items.subscription_id = amounts.subscription_id
            and items.valid_from = amounts.valid_from

),

-- The whole cents of each share, and who is nearest to one more.
quotas as (

    select
        *,
        cast(
            round((dividend - dividend % contract_cents) / contract_cents)
            as decimal(38, 0)
        ) as whole_cents,
        dividend % contract_cents as left_over
    from quotients

),

placed as (

    select
        *,
        row_number() over (
            partition by subscription_id, valid_from
            order by left_over desc, item_id asc
        ) as place,
        off_cents - sum(whole_cents) over (
            partition by subscription_id, valid_from
        ) as cents_left
    from quotas

)

select
    item_id,
    valid_from,
    cast(
        (whole_cents + case when place <= cents_left then 1 else 0 end)
        * cast(0.01 as decimal(3, 2)) as decimal(18, 2)
    ) as arr_off
from placed
