with

dates as (

    select * from {{ ref('stg_product__usage_dates') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

motion_policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

months as (

    select
        month_number,
        balance_on,
        sum(n_raw_rows) as n_raw_rows,
        sum(n_events) as n_events
    from dates
    group by month_number, balance_on

)

select
    months.month_number,
    months.balance_on,
    concat(
        months.n_raw_rows, ' rows, ',
        coalesce(months.n_events, 0), ' events to ',
        months.balance_on, ' by ',
        motion_policy.adoption_window_days,
        ', code {{ code_stamp() }}'
    ) as month_stamp,
    {{ dbt.datediff('months.balance_on', 'policy.as_of_date', 'day') }}
    <= motion_policy.late_usage_days as is_open
from months
cross join policy
cross join motion_policy
