-- Is net retention driven by one customer: what is it without the cohort's largest?
with

retention as (

    select * from {{ ref('retention_months') }}
    where scope_type = 'company' and metric_id = 'net_revenue_retention_12m'

),

account_months as (

    select * from {{ ref('arr_account_months') }}

),

cohorts as (

    select
        *,
        cast({{ dbt.dateadd('month', -12, 'month_start') }} as date)
            as cohort_month_start
    from retention
    where denominator > 0

),

-- Named by the opening at the rates of its day; its share is at those of the month.
ranked as (

    select
        cohorts.month_start,
        account_months.account_id,
        row_number() over (
            partition by cohorts.month_start
            order by account_months.closing_arr desc, account_months.account_id asc
        ) as place
    from cohorts
    inner join account_months on cohorts.cohort_month_start = account_months.month_start

),

without_largest as (

    select
        cohorts.*,
        ranked.account_id as top_account_id,
        cohorts.numerator - coalesce(account_months.closing_arr, 0)
            as other_closing_arr,
        cohorts.denominator * (1 - cohorts.top_account_share) as other_opening_arr
    from cohorts
    inner join ranked on cohorts.month_start = ranked.month_start and ranked.place = 1
    left join account_months
        on
            cohorts.month_start = account_months.month_start
            and ranked.account_id = account_months.account_id

)

select
    month_start,
    numerator,
    denominator,
    value,
    n_accounts,
    top_account_id,
    top_account_share,
    cast(other_closing_arr / nullif(other_opening_arr, 0) as decimal(18, 4))
        as value_without_top_account
from without_largest
order by month_start desc
limit 12
