-- Fails if what boards show in one figure is not what the rows below it add up to:
-- drivers the change of continuing accounts, steps of the bridge its closing.
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
    left join drivers on bridge.month_start = drivers.month_start
    where bridge.expansion_arr + bridge.contraction_arr <> coalesce(drivers.amount, 0)

    union all

    select
        bridge.month_start,
        'steps' as what
    from bridge
    inner join last_steps on bridge.month_start = last_steps.month_start
    where bridge.closing_arr <> last_steps.amount

)

select * from differences
