with

units as (

    select * from {{ ref('int_billing_units') }}

),

terms as (

    select * from {{ ref('int_billing_segment_terms') }}

),

lines as (

    select * from {{ ref('int_billing_segment_lines') }}

),

calendars as (

    select * from {{ ref('int_billing_calendars') }}

),

policy as (

    select * from {{ ref('stg_policy__finance_policy') }}

),

contracted as (

    select
        units.grain,
        units.segment_id,
        units.unit_id,
        sum(terms.standing_amount) as standing_amount,
        sum(terms.price) as price,
        min(terms.unit_price) as least_unit_price,
        max(terms.unit_price) as most_unit_price
    from units
    inner join terms
        on units.segment_id = terms.segment_id and units.item_id = terms.item_id
    where units.line_id is null
    group by units.grain, units.segment_id, units.unit_id

),

billed as (

    select
        units.grain,
        units.segment_id,
        units.unit_id,
        sum(lines.billed_amount) as billed_amount,
        sum(lines.amount_per_day) as billed_per_day,
        coalesce(
            sum(case when lines.is_credit then lines.amount_per_day end), 0
        ) as credited_per_day,
        coalesce(
            sum(
                case
                    when lines.is_credit and not lines.is_correction
                        then lines.amount_per_day
                end
            ),
            0
        ) as granted_per_day,
        sum(1 / cast(lines.service_days as double)) as lines_per_day,
        count(*) filter (where lines.is_charge) as n_charges,
        max(case when lines.is_discounted then 1 else 0 end) = 1 as is_discounted
    from units
    inner join lines
        on units.segment_id = lines.segment_id and units.line_id = lines.line_id
    group by units.grain, units.segment_id, units.unit_id

),

-- Lines of several lengths are each right by their own calendar, and so is what lies
-- between.
bounds as (

    select
        grain,
        segment_id,
        unit_id,
        min(expected_per_day) as least_expected,
        max(expected_per_day) as most_expected,
        max(day_count_per_day) as day_count_per_day
    from calendars
    group by grain, segment_id, unit_id

),

met as (

    select
        coalesce(contracted.grain, billed.grain) as grain,
        coalesce(contracted.segment_id, billed.segment_id) as segment_id,
        coalesce(contracted.unit_id, billed.unit_id) as unit_id,
        contracted.segment_id is not null as is_in_force,
        coalesce(billed.n_charges, 0) as n_charges,
        coalesce(contracted.standing_amount, 0) as standing_amount,
        coalesce(contracted.price, 0) as price,
        coalesce(billed.billed_amount, 0) as billed_amount,
        coalesce(billed.billed_per_day, 0) as billed_per_day,
        coalesce(billed.credited_per_day, 0) as credited_per_day,
        coalesce(billed.granted_per_day, 0) as granted_per_day,
        coalesce(billed.is_discounted, false) as is_discounted,
        coalesce(bounds.least_expected, 0) as least_expected,
        coalesce(bounds.most_expected, 0) as most_expected,
        bounds.most_expected * contracted.least_unit_price
        / nullif(contracted.price, 0) as least_unit_per_day,
        bounds.most_expected * contracted.most_unit_price
        / nullif(contracted.price, 0) as most_unit_per_day,
        policy.billing_line_tolerance
        * coalesce(billed.lines_per_day, 0)
        + 0.000000001 as cents_per_day,
        coalesce(bounds.day_count_per_day, 0) as day_count_per_day
    from contracted
    full outer join billed
        on
            contracted.grain = billed.grain
            and contracted.segment_id = billed.segment_id
            and contracted.unit_id = billed.unit_id
    left join bounds
        on
            contracted.grain = bounds.grain
            and contracted.segment_id = bounds.segment_id
            and contracted.unit_id = bounds.unit_id
    cross join policy

)

select
    *,
    greatest(cents_per_day, day_count_per_day) as allowed_per_day,
    billed_per_day
    - least(greatest(billed_per_day, least_expected), most_expected) as gap_per_day,
    billed_per_day
    - granted_per_day
    - least(
        greatest(billed_per_day - granted_per_day, least_expected), most_expected
    ) as gap_before_credits
from met
