with

drivers as (

    select * from {{ ref('expansion_drivers') }}

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

scopes as (

    select * from {{ ref('int_scope_groups_spread_to_scopes') }}

),

scope_months as (

    select * from {{ ref('int_scopes_spread_to_months') }}

),

summed as (

    select
        scopes.scope_type,
        scopes.scope_value,
        drivers.month_start,
        drivers.driver,
        sum(drivers.arr_delta) as arr_delta
    from drivers
    inner join accounts on drivers.account_id = accounts.account_id
    inner join scopes on accounts.group_id = scopes.group_id
    group by
        scopes.scope_type, scopes.scope_value, drivers.month_start, drivers.driver

),

driven as (

    select distinct
        scope_type,
        scope_value,
        driver
    from summed

),

-- With a row for each month, twelve rows are twelve months.
spread as (

    select
        driven.scope_type,
        driven.scope_value,
        scope_months.month_start,
        driven.driver,
        coalesce(summed.arr_delta, 0) as arr_delta
    from driven
    inner join scope_months
        on
            driven.scope_type = scope_months.scope_type
            and driven.scope_value = scope_months.scope_value
    left join summed
        on
            driven.scope_type = summed.scope_type
            and driven.scope_value = summed.scope_value
            and scope_months.month_start = summed.month_start
            and driven.driver = summed.driver

)

select
    scope_type,
    scope_value,
    month_start,
    driver,
    cast(arr_delta as decimal(18, 2)) as arr_delta,
    cast(
        sum(arr_delta) over (
            partition by scope_type, scope_value, driver
            order by month_start
            rows between 11 preceding and current row
        ) as decimal(18, 2)
    ) as arr_delta_12m
from spread
