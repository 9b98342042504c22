-- Fails if what boards show in one figure is not what the rows below it add up to:
-- drivers the change of accounts with ARR at both ends, steps of the bridge its
-- closing.
{{ config(meta={'dagster': {'ref': {'name': 'expansion_driver_months'}}}) }}
with

bridge as (

    select * from {{ ref('arr_bridge_months') }}
    where scope_type = 'company'

),

steps as (

    select * from {{ ref('arr_bridge_steps') }}
    where scope_type = 'company'

),

-- What adjustments keep below zero expands and contracts too, but has no drivers.
continuing as (

    select
        month_start,
        sum(expansion_arr + contraction_arr) as amount
    from {{ ref('arr_account_months') }}
    where opening_arr > 0 and closing_arr > 0
    group by month_start

),

driver_months as (

    select * from {{ ref('expansion_driver_months') }}
    where scope_type = 'company'

),

drivers as (

    select
        month_start,
        sum(arr_delta) as amount
    from driver_months
    group by month_start

),

last_steps as (

    select
        month_start,
        ends_at as amount
    from steps
    where step = 'fx'

),

differences as (

    select
        bridge.month_start,
        'drivers' as what
    from bridge
    left join continuing on bridge.month_start = continuing.month_start
    left join drivers on bridge.month_start = drivers.month_start
    where coalesce(continuing.amount, 0) <> coalesce(drivers.amount, 0)

    union all

    select
        bridge.month_start,
        'steps' as what
    from bridge
    inner join last_steps on bridge.month_start = last_steps.month_start
    where bridge.closing_arr <> last_steps.amount

)

select * from differences
