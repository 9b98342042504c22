-- What did each segment spend on winning and on expanding customers, over the two years
-- of the policy, and what did it win?
with

months as (

    select * from {{ ref('go_to_market_segment_months') }}

),

policy as (

    select * from {{ ref('decision_parameters') }}
    where parameter_key = 'cost_window_months'

),

last_month as (

    select max(month_start) as month_start from months

)

select
    months.segment,
    months.motion,
    sum(months.n_won) as n_won,
    sum(months.n_lost) as n_lost,
    sum(months.arr_won) as arr_won,
    sum(months.cost) as cost
from months
cross join policy
cross join last_month
where {{ dbt.datediff(
    'months.month_start', 'last_month.month_start', 'month'
) }} < policy.value
group by months.segment, months.motion
order by months.segment, months.motion
