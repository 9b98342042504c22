with

units as (

    select * from {{ ref('int_billing_units_compared') }}

),

segments as (

    select * from {{ ref('int_billing_segments') }}

),

lines as (

    select * from {{ ref('int_billing_segment_lines') }}
    where is_charge

),

policy as (

    select * from {{ ref('stg_policy__finance_policy') }}

),

counted as (

    select
        segment_id,
        count(*) as n_units,
        max(
            case when unit_id = '*' and not is_in_force then 1 else 0 end
        ) = 1 as has_lines_left,
        max(
            case
                when
                    unit_id <> '*'
                    and abs(gap_per_day) > allowed_per_day
                    and abs(gap_before_credits) > allowed_per_day
                    then 1
                else 0
            end
        ) = 1 as has_wrong_line
    from units
    where grain = 'line'
    group by segment_id

),

-- Each segment as a whole; where there is one unit only it is the whole.
whole as (

    select
        units.*,
        counted.n_units,
        counted.has_lines_left,
        counted.has_wrong_line,
        segments.valid_from,
        segments.n_days,
        policy.day_count_rate
    from units
    inner join counted on units.segment_id = counted.segment_id
    inner join segments on units.segment_id = segments.segment_id
    cross join policy
    where units.grain = 'contract' or counted.n_units = 1

),

-- One line may bill two terms of its contract at once, as one in arrears does for a
-- month with a change in it: what it is above one it is below the other. Days after the
-- last balance go on as the last of those before.
followed as (

    select
        lines.line_id,
        whole.price,
        whole.gap_per_day,
        whole.allowed_per_day,
        whole.day_count_rate,
        min(whole.valid_from) over (partition by lines.line_id) as met_from,
        lines.service_from,
        whole.n_days
        + case
            when
                row_number() over (
                    partition by lines.line_id order by whole.valid_from desc
                ) = 1
                then
                    lines.service_days
                    - sum(whole.n_days) over (partition by lines.line_id)
            else 0
        end as n_days
    from lines
    inner join whole on lines.segment_id = whole.segment_id

),

-- While its terms stay the same, what a line is off stays the same: errors of two
-- months do not make up for each other.
steady as (

    select
        line_id,
        price,
        min(met_from) = min(service_from) as is_met_from_its_first_day,
        max(gap_per_day) - min(gap_per_day) <= 2 * max(allowed_per_day) as is_steady,
        sum(gap_per_day * n_days) as gap_amount,
        sum(
            greatest(allowed_per_day, day_count_rate * abs(gap_per_day)) * n_days
        ) as allowed_amount
    from followed
    group by line_id, price

),

blended as (

    select line_id
    from steady
    group by line_id
    having
        count(*) > 1
        and min(case when is_met_from_its_first_day and is_steady then 1 else 0 end) = 1
        and abs(sum(gap_amount)) <= sum(allowed_amount)

),

blended_segments as (

    select distinct lines.segment_id
    from lines
    inner join blended on lines.line_id = blended.line_id

),

agreed as (

    select
        whole.segment_id,
        whole.n_units,
        blended_segments.segment_id is not null as is_blended,
        blended_segments.segment_id is not null
        or (
            whole.is_in_force
            and whole.n_charges > 0
            and (
                abs(whole.gap_per_day) <= whole.allowed_per_day
                or abs(whole.gap_before_credits) <= whole.allowed_per_day
            )
        ) as is_agreed,
        whole.has_lines_left and whole.has_wrong_line as is_mixed
    from whole
    left join blended_segments on whole.segment_id = blended_segments.segment_id

),

-- Lines of an item that is over belong to what took its place, unless all else is
-- right.
chosen as (

    select
        units.*,
        agreed.is_blended,
        -- Right but for its credits, and not by them.
        abs(units.gap_before_credits) <= units.allowed_per_day
        and abs(units.gap_before_credits) < abs(units.gap_per_day) as has_credit_apart
    from units
    inner join agreed on units.segment_id = agreed.segment_id
    where
        agreed.n_units = 1
        or (units.grain = 'contract') = (agreed.is_agreed or agreed.is_mixed)

),

credited as (

    select
        *,
        case
            when is_blended then 0
            when not is_in_force then 0
            when has_credit_apart then granted_per_day
            when abs(gap_per_day) <= allowed_per_day then 0
            when gap_per_day < 0 and credited_per_day < 0
                then greatest(gap_per_day, credited_per_day)
            else 0
        end as credit_per_day
    from chosen

),

rested as (

    select
        *,
        case
            when is_blended or has_credit_apart then 0
            when abs(gap_per_day - credit_per_day) <= allowed_per_day then 0
            else gap_per_day - credit_per_day
        end as rest_per_day
    from credited

)

select
    segment_id,
    grain,
    unit_id,
    is_in_force or is_blended as is_in_force,
    standing_amount,
    billed_amount,
    case
        when is_blended then 'timing'
        when not is_in_force then 'billed_without_contract'
        when n_charges = 0 then 'unbilled'
        when rest_per_day = 0 then 'timing'
        -- As much again, once or more: these days are billed already.
        when
            n_charges > 1
            and rest_per_day > 0
            and round(rest_per_day / nullif(most_expected, 0)) >= 1
            and abs(
                rest_per_day
                - round(rest_per_day / nullif(most_expected, 0)) * most_expected
            ) <= allowed_per_day
            then 'billed_without_contract'
        when
            not is_discounted
            and (
                abs(
                    rest_per_day
                    - round(rest_per_day / nullif(least_unit_per_day, 0))
                    * least_unit_per_day
                ) <= cents_per_day
                or abs(
                    rest_per_day
                    - round(rest_per_day / nullif(most_unit_per_day, 0))
                    * most_unit_per_day
                ) <= cents_per_day
            )
            then 'quantity'
        else 'price'
    end as reason,
    rest_per_day,
    credit_per_day
from rested
