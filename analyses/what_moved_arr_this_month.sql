-- What moved ARR this month, and what of it is held for a renewal that is late?
with

bridge as (

    select * from {{ ref('arr_bridge_months') }}
    where scope_type = 'company'

),

product_months as (

    select * from {{ ref('arr_product_months') }}
    where is_in_grace

),

held as (

    select
        month_start,
        sum(closing_arr) as held_arr
    from product_months
    group by month_start

)

-- The last month holds what ended in its last days; those before show what came of it.
select
    bridge.month_start,
    bridge.opening_arr,
    bridge.new_arr,
    bridge.expansion_arr,
    bridge.reactivation_arr,
    bridge.contraction_arr,
    bridge.churn_arr,
    bridge.fx_arr,
    bridge.closing_arr,
    coalesce(held.held_arr, 0) as held_arr,
    bridge.n_accounts
from bridge
left join held on bridge.month_start = held.month_start
order by bridge.month_start desc
limit 3
