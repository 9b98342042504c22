with

compared as (

    select
        *,
        cast({{ dbt.dateadd(
            'month',
            "case when metric = 'opening_arr_12m' then -12 else 0 end",
            'month_start'
        ) }} as date) as balance_month,
        coalesce(account_id <> close_account_id, false) as has_moved,
        max(case when close_arr is null then 1 else 0 end) over line_of_product = 1
            as has_late_line,
        max(case
            when arr is null and is_in_source then 'backdated_cancel'
            when arr is null then 'source_delete'
        end) over line_of_product as lost_line_cause
    from {{ ref('int_items_compared_to_close') }}
    window
        line_of_product as (
            partition by
                month_start,
                metric,
                policy_of,
                coalesce(account_id, close_account_id),
                product_id
        )

),

-- A renewal booked late takes the place of what was held for it. What is held since is
-- held because a line was lost, or for a renewal that is booked since.
caused as (

    select
        *,
        case
            when arr is null and not is_in_source then 'source_delete'
            when arr is null and was_held and has_late_line then 'late_booking'
            when arr is null and was_held then 'other'
            when arr is null then 'backdated_cancel'
            when close_arr is null and is_held
                then coalesce(lost_line_cause, 'late_booking')
            when close_arr is null and first_frozen_in < balance_month then 'other'
            when close_arr is null then 'late_booking'
            when is_reassigned then 'other'
            when is_merged then 'merge'
            else 'hierarchy'
        end as cause,
        case
            when close_currency <> currency or close_plan_rate = plan_rate then 0
            when close_local_arr = local_arr then arr - close_arr
            else
                {{ to_reporting_currency('local_arr', 'plan_rate') }}
                - {{ to_reporting_currency('local_arr', 'close_plan_rate') }}
        end as fx_arr
    from compared

),

stacked as (

    select
        *,
        close_account_id as restated_account_id,
        cause as restated_cause,
        -close_arr as delta
    from caused
    where has_moved or arr is null

    union all

    select
        *,
        account_id as restated_account_id,
        cause as restated_cause,
        coalesce(close_arr, arr) as delta
    from caused
    where has_moved or close_arr is null

    union all

    select
        *,
        account_id as restated_account_id,
        'fx' as restated_cause,
        fx_arr as delta
    from caused
    where fx_arr <> 0

    union all

    -- Cents that move between lines with the rounding of their sum are nobody's price.
    select
        *,
        account_id as restated_account_id,
        case
            when close_local_arr = local_arr and close_currency = currency
                then 'rounding'
            else 'price_correction'
        end as restated_cause,
        arr - close_arr - fx_arr as delta
    from caused
    where arr is not null and close_arr is not null

)

select
    month_start,
    metric,
    policy_of,
    restated_account_id as account_id,
    product_id,
    item_id,
    is_adjustment,
    restated_cause as cause,
    close_local_arr,
    close_plan_rate,
    close_arr,
    local_arr,
    plan_rate,
    arr,
    cast(delta as decimal(18, 2)) as delta,
    concat(item_id, ': ', case
        when restated_cause = 'rounding' then 'cents of the rounding of a sum'
        when restated_cause = 'fx'
            then concat(
                local_arr, ' ', currency, ' at ', cast(plan_rate as decimal(18, 6)),
                ' instead of ', cast(close_plan_rate as decimal(18, 6))
            )
        when restated_cause = 'price_correction'
            then concat(
                local_arr, ' ', currency, ' instead of ',
                close_local_arr, ' ', close_currency
            )
        when has_moved
            then concat(
                close_arr, ' moved from ', close_account_id, ' to ', account_id,
                case
                    when cause = 'merge' then ' by a merge'
                    when cause = 'hierarchy' then ' by its parent'
                    else ': the contract is another account''s'
                end
            )
        when close_arr is null and is_held
            then concat(arr, ' is held through a gap since')
        when cause = 'source_delete'
            then concat(close_arr, ' is no longer in the source')
        when arr is null and was_held and has_late_line
            then concat(close_arr, ' was held for a renewal that is booked since')
        when arr is null and was_held
            then concat(close_arr, ' was held for a renewal that did not come')
        when arr is null then concat(close_arr, ' had ended before')
        when cause = 'other' then concat(arr, ' is back: its end was taken back')
        else concat(arr, ' was not in the books')
    end) as reason
from stacked
where delta <> 0
