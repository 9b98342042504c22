-- Fails if a month does not open with what the month before closed with, or if a month
-- with ARR at its end is followed by none: a missing month hides a churn.
{{ config(meta={'dagster': {'ref': {'name': 'arr_bridge_months'}}}) }}
with

account_months as (

    select
        'account' as scope_type,
        account_id as scope_value,
        month_start,
        opening_arr,
        closing_arr
    from {{ ref('arr_account_months') }}

    union all

    select
        scope_type,
        scope_value,
        month_start,
        opening_arr,
        closing_arr
    from {{ ref('arr_bridge_months') }}

),

with_neighbours as (

    select
        *,
        lag(closing_arr) over months_in_order as last_closing_arr,
        lag(month_start) over months_in_order as last_month_start,
        lead(month_start) over months_in_order as next_month_start
    from account_months
    window
        months_in_order as (partition by scope_type, scope_value order by month_start)

),

last_month as (

    select max(month_start) as month_start from account_months

),

checked as (

    select
        with_neighbours.*,
        last_month.month_start as final_month_start,
        cast({{ dbt.dateadd('month', -1, 'with_neighbours.month_start') }} as date)
            as month_before,
        cast({{ dbt.dateadd('month', 1, 'with_neighbours.month_start') }} as date)
            as month_after
    from with_neighbours
    cross join last_month

)

select *
from checked
where
    (last_month_start = month_before and opening_arr <> last_closing_arr)
    or (
        opening_arr <> 0
        and (last_month_start is null or last_month_start <> month_before)
    )
    or (
        closing_arr <> 0
        and month_start < final_month_start
        and (next_month_start is null or next_month_start <> month_after)
    )
