with

items as (

    select
        *,
        coalesce(account_id <> close_account_id, false) as has_other_account,
        coalesce(product_id <> close_product_id, false) as has_other_product,
        case
            when arr is not null then null
            when is_renamed then 'price_correction'
            when not is_in_source and refused_because is null then 'source_delete'
            when was_held or not has_ended then 'other'
            else 'backdated_cancel'
        end as lost_cause,
        close_arr is null
        and not is_held
        and not coalesce(is_renamed, false)
        and coalesce(first_frozen_in >= balance_month, true) as is_late
    from {{ ref('int_items_compared_to_close') }}

),

-- A line that was cut short and one booked since, of the same subscription and product
-- and of one service, are no cancel and no sale, however many amendments lie between.
seamed as (

    select
        *,
        max(case when close_arr is null then 1 else 0 end) over line_of_product = 1
            as has_late_line,
        max(lost_cause) over line_of_product as lost_line_cause,
        max(case when is_late then starts_on end) over service as late_from,
        min(case when lost_cause = 'backdated_cancel' then ends_on end) over service
            as lost_from
    from items
    window
        line_of_product as (
            partition by
                month_start,
                metric,
                policy_of,
                coalesce(account_id, close_account_id),
                product_id
        ),
        service as (
            partition by
                month_start,
                metric,
                policy_of,
                coalesce(account_id, close_account_id),
                product_id,
                is_adjustment,
                contract_id,
                served_since
        )

),

replaced as (

    select
        *,
        coalesce(
            (lost_cause = 'backdated_cancel' and ends_on <= late_from)
            or (is_late and starts_on >= lost_from),
            false
        ) as is_replacement
    from seamed

),

-- Both are one change, of the quantity or, if it is the same, of the price.
paired as (

    select
        *,
        sum(case
            when is_replacement and is_late then quantity
            when is_replacement then -quantity
        end) over (
            partition by
                month_start,
                metric,
                policy_of,
                coalesce(account_id, close_account_id),
                product_id,
                is_adjustment,
                contract_id,
                served_since
        ) as quantity_change
    from replaced

),

-- A renewal booked late takes the place of what was held for it. What is held since is
-- held because a line was lost, or for a renewal that is booked since.
caused as (

    select
        *,
        has_other_account or has_other_product as has_moved,
        case
            when is_replacement
                then case
                    when quantity_change = 0 then 'price_correction'
                    else 'late_booking'
                end
            when was_held and is_in_source and has_late_line and arr is null
                then 'late_booking'
            when close_arr is null and is_renamed then 'price_correction'
            when arr is null then lost_cause
            when close_arr is null and is_held
                then coalesce(lost_line_cause, 'late_booking')
            when is_late then 'late_booking'
            when close_arr is null then 'other'
            when not has_other_account or is_reassigned then 'other'
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
    from paired

),

stacked as (

    select
        *,
        close_account_id as restated_account_id,
        coalesce(close_product_id, product_id) as restated_product_id,
        cause as restated_cause,
        -close_arr as delta
    from caused
    where has_moved or arr is null

    union all

    select
        *,
        account_id as restated_account_id,
        product_id as restated_product_id,
        cause as restated_cause,
        coalesce(close_arr, arr) as delta
    from caused
    where has_moved or close_arr is null

    union all

    select
        *,
        account_id as restated_account_id,
        product_id as restated_product_id,
        'fx' as restated_cause,
        fx_arr as delta
    from caused
    where fx_arr <> 0

    union all

    -- Cents that move between lines with the rounding of their sum are nobody's price.
    select
        *,
        account_id as restated_account_id,
        product_id as restated_product_id,
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
    restated_product_id as product_id,
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
        when is_renamed and arr is null
            then concat(close_arr, ' goes on in a line of another id')
        when is_renamed and close_arr is null
            then concat(arr, ' goes on with lines of other ids')
        when is_replacement and arr is null
            then concat(close_arr, ' gave way on ', ends_on, ' to a line booked since')
        when is_replacement
            then concat(arr, ' takes the place of a line that ended on ', lost_from)
        when restated_cause = 'price_correction'
            then concat(
                local_arr, ' ', currency, ' instead of ',
                close_local_arr, ' ', close_currency
            )
        when has_moved and not has_other_account
            then concat(close_arr, ' moved from ', close_product_id, ' to ', product_id)
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
        when arr is null and refused_because is not null
            then concat(close_arr, ' is refused at the door: ', refused_because)
        when cause = 'source_delete'
            then concat(close_arr, ' is no longer in the source')
        when arr is null and was_held and has_late_line
            then concat(close_arr, ' was held for a renewal that is booked since')
        when arr is null and was_held
            then concat(close_arr, ' was held for a renewal that did not come')
        when cause = 'backdated_cancel' then concat(close_arr, ' had ended before')
        when arr is null
            then concat(
                close_arr, ' is still in the source but bears no ARR on that date now'
            )
        when cause = 'other' then concat(arr, ' is back: its end was taken back')
        else concat(arr, ' was not in the books')
    end) as reason
from stacked
where delta <> 0
