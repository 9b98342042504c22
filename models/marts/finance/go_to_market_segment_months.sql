with

closed_deals as (

    select
        *,
        {{ month_number('closed_on') }} as closed_month,
        cast({{ dbt.date_trunc('month', 'closed_on') }} as date) as month_start
    from {{ ref('int_deals_dated_to_as_of') }}
    where opportunity_type <> 'renewal'

),

open_deals as (

    select * from {{ ref('int_deals_spread_to_pipeline_months') }}

),

costs as (

    select
        month_start,
        motion,
        sum(cost) as cost
    from {{ ref('int_go_to_market_costs_converted') }}
    group by month_start, motion

),

last_month as (

    select month_number from {{ ref('int_months') }}
    where is_last_month

),

stacked as (

    select
        segment,
        motion,
        month_start,
        pipeline_days,
        0 as n_won,
        0 as n_lost,
        0 as arr_won
    from open_deals

    union all

    select
        closed_deals.segment,
        case
            when closed_deals.opportunity_type = 'new' then 'new_logo'
            else 'expansion'
        end as motion,
        closed_deals.month_start,
        0 as pipeline_days,
        case when closed_deals.is_won then 1 else 0 end as n_won,
        case when closed_deals.is_won then 0 else 1 end as n_lost,
        case when closed_deals.is_won then closed_deals.amount_arr else 0 end as arr_won
    from closed_deals
    inner join last_month on closed_deals.closed_month <= last_month.month_number

),

summed as (

    select
        segment,
        motion,
        month_start,
        sum(pipeline_days) as pipeline_days,
        sum(n_won) as n_won,
        sum(n_lost) as n_lost,
        sum(arr_won) as arr_won
    from stacked
    group by segment, motion, month_start

),

-- Shares of the days up to each segment: their rounded differences add up to the cent.
shared as (

    select
        segment,
        motion,
        month_start,
        pipeline_days,
        n_won,
        n_lost,
        arr_won,
        sum(pipeline_days) over (
            partition by motion, month_start
            order by segment rows between unbounded preceding and current row
        ) as days_up_to,
        sum(pipeline_days) over (partition by motion, month_start) as all_days
    from summed

)

select
    shared.segment,
    shared.motion,
    shared.month_start,
    cast(shared.pipeline_days as bigint) as pipeline_days,
    cast(shared.n_won as bigint) as n_won,
    cast(shared.n_lost as bigint) as n_lost,
    cast(shared.arr_won as decimal(18, 2)) as arr_won,
    cast(
        round(cast(costs.cost as double) * shared.days_up_to / shared.all_days, 2)
        - round(
            cast(costs.cost as double)
            * (shared.days_up_to - shared.pipeline_days) / shared.all_days, 2
        ) as decimal(18, 2)
    ) as cost
from shared
left join costs
    on
        shared.motion = costs.motion
        and shared.month_start = costs.month_start
        and shared.all_days > 0
