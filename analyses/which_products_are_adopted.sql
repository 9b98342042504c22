-- How far is each product adopted, and how long does it take?
with

product_months as (

    select * from {{ ref('adoption_product_months') }}

),

last_month as (

    select max(month_start) as month_start from {{ ref('adoption_product_months') }}

)

select
    product_months.product_id,
    count(*) as n_accounts,
    sum(product_months.active_users) as active_users,
    sum(product_months.seats) as seats,
    cast(
        sum(product_months.active_users) filter (where product_months.seats > 0)
        / nullif(sum(product_months.seats), 0) as decimal(18, 6)
    ) as seat_utilisation_rate,
    avg(product_months.breadth_rate) as mean_breadth_rate,
    count(*) filter (where product_months.is_censored) as n_not_yet_adopted,
    percentile_cont(0.5) within group (
        order by product_months.days_to_adopt
    ) as median_days_of_those_adopted
from product_months
inner join last_month on product_months.month_start = last_month.month_start
group by product_months.product_id
order by seats desc nulls last, product_months.product_id asc
