with

periods as (

    select * from {{ ref('int_adoption_unknown_in_periods') }}

),

months as (

    select * from {{ ref('int_months') }}

),

policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

)

-- A month looks back at the days of its window, and at who and what came first.
select
    periods.account_id,
    months.month_start,
    max(case
        when
            periods.valid_to is null
            or {{ dbt.datediff('periods.valid_to', 'months.balance_on', 'day') }}
            <= policy.adoption_window_days
            then 1
        else 0
    end) = 1 as is_unknown
from periods
cross join policy
inner join months
    on periods.valid_from is null or periods.valid_from <= months.balance_on
group by periods.account_id, months.month_start
