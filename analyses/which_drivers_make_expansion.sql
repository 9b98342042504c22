-- Which drivers make expansion in the last 12 months, and which take from it?
with

drivers as (

    select * from {{ ref('expansion_drivers') }}

),

last_year as (

    select distinct month_start
    from {{ ref('arr_bridge_months') }}
    order by month_start desc
    limit 12

),

summed as (

    select
        drivers.driver,
        count(distinct drivers.account_id) as n_accounts,
        sum(case when drivers.arr_delta > 0 then drivers.arr_delta else 0 end)
            as gross_expansion_arr,
        sum(case when drivers.arr_delta < 0 then drivers.arr_delta else 0 end)
            as gross_contraction_arr,
        sum(drivers.arr_delta) as arr_delta
    from drivers
    inner join last_year on drivers.month_start = last_year.month_start
    group by drivers.driver

)

select
    driver,
    n_accounts,
    gross_expansion_arr,
    gross_contraction_arr,
    arr_delta,
    cast(
        gross_expansion_arr / nullif(sum(gross_expansion_arr) over (), 0)
        as decimal(18, 6)
    ) as gross_expansion_rate
from summed
order by gross_expansion_arr desc, driver asc
