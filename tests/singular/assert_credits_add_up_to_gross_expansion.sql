-- Fails if what is credited and what is not are not the positive drivers of an account
-- and month, or if owners are credited with more than there was, but for half a cent
-- that rounding each credit leaves.
{{ config(meta={'dagster': {'ref': {'name': 'expansion_credits'}}}) }}
with

gross as (

    select
        account_id,
        month_start,
        sum(arr_delta) as gross_arr
    from {{ ref('expansion_drivers') }}
    where arr_delta > 0
    group by account_id, month_start

),

credits as (

    select
        account_id,
        month_start,
        sum(credited_arr + uncredited_arr) as credits_arr,
        sum(uncredited_arr) as uncredited_arr,
        count(owner_user_id) as n_credits
    from {{ ref('expansion_credits') }}
    group by account_id, month_start

)

select
    coalesce(gross.account_id, credits.account_id) as account_id,
    coalesce(gross.month_start, credits.month_start) as month_start,
    gross.gross_arr,
    credits.credits_arr,
    credits.uncredited_arr
from gross
full outer join credits
    on
        gross.account_id = credits.account_id
        and gross.month_start = credits.month_start
where
    coalesce(gross.gross_arr, 0) <> coalesce(credits.credits_arr, 0)
    or credits.uncredited_arr < -0.005 * credits.n_credits
