-- Fails if the opening of an account that retention looks back at over 12 months is not
-- the sum of its lines of then, at the rates of now.
{{ config(meta={'dagster': {'ref': {'name': 'opening_item_months'}}}) }}
with

months as (

    select * from {{ ref('int_months') }}

),

openings as (

    select * from {{ ref('int_openings_looked_back_at') }}
    where lag_months = 12 and not is_family

),

figures as (

    select
        months.month_start,
        openings.account_id,
        openings.opening_arr
    from openings
    inner join months
        on
            openings.first_month <= months.month_number
            and openings.end_month > months.month_number

    union all

    select
        month_start,
        account_id,
        -opening_arr_12m as opening_arr
    from {{ ref('opening_item_months') }}

)

select
    month_start,
    account_id,
    sum(opening_arr) as difference
from figures
group by month_start, account_id
having sum(opening_arr) <> 0
