with

bridge as (

    select * from {{ ref('arr_bridge_months') }}

),

steps as (

    select * from {{ ref('int_contracted_steps_limited_to_scope_months') }}

),

-- The bridge has every month of a scope, so twelve rows are twelve months.
summed as (

    select
        bridge.scope_type,
        bridge.scope_value,
        bridge.month_start,
        bridge.opening_arr,
        bridge.expansion_arr,
        coalesce(steps.contracted_step_arr, 0) as contracted_step_arr,
        sum(bridge.expansion_arr) over (
            partition by bridge.scope_type, bridge.scope_value
            order by bridge.month_start
            rows between 11 preceding and current row
        ) as expansion_arr_12m,
        coalesce(lag(bridge.opening_arr, 11) over months_in_order, 0)
            as opening_arr_12m,
        coalesce(lag(bridge.n_accounts) over months_in_order, 0) as n_accounts,
        bridge.n_expansion_accounts
    from bridge
    left join steps
        on
            bridge.scope_type = steps.scope_type
            and bridge.scope_value = steps.scope_value
            and bridge.month_start = steps.month_start
    window
        months_in_order as (
            partition by bridge.scope_type, bridge.scope_value
            order by bridge.month_start
        )

)

select
    scope_type,
    scope_value,
    month_start,
    opening_arr,
    expansion_arr,
    cast(contracted_step_arr as decimal(18, 2)) as contracted_step_arr,
    cast(expansion_arr - contracted_step_arr as decimal(18, 2))
        as uncontracted_expansion_arr,
    {{ rate('expansion_arr', 'greatest(opening_arr, 0)') }} as expansion_rate,
    cast(expansion_arr_12m as decimal(18, 2)) as expansion_arr_12m,
    cast(opening_arr_12m as decimal(18, 2)) as opening_arr_12m,
    {{ rate('expansion_arr_12m', 'greatest(opening_arr_12m, 0)') }}
        as expansion_rate_12m,
    cast(n_accounts as bigint) as n_accounts,
    n_expansion_accounts as n_accounts_expanded
from summed
