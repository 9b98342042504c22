-- Fails if the causes of an account's closed month do not add up, to the cent, to what
-- it is now less what was reported: a restatement nobody can explain line by line.
{{ config(meta={'dagster': {'ref': {'name': 'restatements'}}}) }}
with

reported as (

    select
        month_start,
        account_id,
        sum(closing_arr) as closing_arr,
        sum(opening_arr_12m) as opening_arr_12m
    from {{ ref('arr_snapshots') }}
    group by month_start, account_id

),

closed_months as (

    select * from {{ ref('int_closed_months_compared') }}

),

figures as (

    select
        month_start,
        account_id,
        'closing_arr' as metric,
        -closing_arr as difference
    from reported

    union all

    select
        month_start,
        account_id,
        'opening_arr_12m' as metric,
        -opening_arr_12m as difference
    from reported

    union all

    select
        month_start,
        account_id,
        'closing_arr' as metric,
        closing_arr as difference
    from {{ ref('arr_product_months') }}

    union all

    select
        month_start,
        account_id,
        'opening_arr_12m' as metric,
        opening_arr_12m as difference
    from {{ ref('opening_item_months') }}

    union all

    select
        month_start,
        account_id,
        metric,
        -delta as difference
    from {{ ref('restatements') }}

)

select
    figures.month_start,
    figures.account_id,
    figures.metric,
    sum(figures.difference) as difference
from figures
inner join closed_months on figures.month_start = closed_months.month_start
group by figures.month_start, figures.account_id, figures.metric
having sum(figures.difference) <> 0
