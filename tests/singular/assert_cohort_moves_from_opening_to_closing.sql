-- Fails if the 12-month cohort's closing ARR is not its ARR then plus all that its own
-- accounts did since: the numerator of net retention, reached through the movements.
{{ config(meta={'dagster': {'ref': {'name': 'retention_months'}}}) }}
with

account_months as (

    select * from {{ ref('arr_account_months') }}

),

cohorts as (

    select
        account_id,
        closing_arr as opening_arr,
        cast({{ dbt.dateadd('month', 12, 'month_start') }} as date) as month_start,
        month_start as opened_in
    from account_months
    where closing_arr > 0

),

moved as (

    select
        cohorts.account_id,
        cohorts.month_start,
        cohorts.opening_arr,
        sum(account_months.closing_arr - account_months.opening_arr) as moved_arr
    from cohorts
    left join account_months
        on
            cohorts.account_id = account_months.account_id
            and cohorts.opened_in < account_months.month_start
            and cohorts.month_start >= account_months.month_start
    group by cohorts.account_id, cohorts.month_start, cohorts.opening_arr

),

followed as (

    select
        month_start,
        sum(opening_arr + coalesce(moved_arr, 0)) as closing_arr
    from moved
    group by month_start

),

retention as (

    select * from {{ ref('retention_months') }}
    where scope_type = 'company' and metric_id = 'net_revenue_retention_12m'

)

select
    retention.month_start,
    retention.numerator,
    followed.closing_arr
from retention
left join followed on retention.month_start = followed.month_start
where retention.numerator <> coalesce(followed.closing_arr, 0)
