-- How does flow retention differ from the cohort's, and which accounts make it differ?
with

retention as (

    select * from {{ ref('retention_months') }}
    where scope_type = 'company'

),

account_months as (

    select * from {{ ref('arr_account_months') }}

),

last_month as (

    select
        max(month_start) as month_start,
        cast({{ dbt.dateadd('month', -12, 'max(month_start)') }} as date)
            as cohort_month_start
    from {{ ref('arr_bridge_months') }}

),

cohort as (

    select distinct account_months.account_id
    from account_months
    inner join last_month on account_months.month_start = last_month.cohort_month_start
    where account_months.closing_arr > 0

),

flows as (

    select
        account_months.account_id,
        cohort.account_id is not null as is_in_cohort,
        sum(
            account_months.expansion_arr
            + account_months.contraction_arr
            + account_months.churn_arr
        ) as flow_arr,
        sum(account_months.reactivation_arr) as reactivation_arr
    from account_months
    inner join last_month on account_months.month_start > last_month.cohort_month_start
    left join cohort on account_months.account_id = cohort.account_id
    group by account_months.account_id, cohort.account_id

),

reasons as (

    select
        'not in the cohort: won or won back during the year' as reason,
        account_id,
        flow_arr as difference_arr
    from flows
    where not is_in_cohort and flow_arr <> 0

    union all

    select
        'lost and won back: a loss for the flow alone' as reason,
        account_id,
        -reactivation_arr as difference_arr
    from flows
    where is_in_cohort and reactivation_arr <> 0

),

differences as (

    select flow.numerator - net.numerator as difference_arr
    from retention as flow
    inner join last_month on flow.month_start = last_month.month_start
    inner join retention as net
        on
            flow.month_start = net.month_start
            and flow.metric_id = 'nrr_flow_12m'
            and net.metric_id = 'net_revenue_retention_12m'

),

-- Flows are at the rates of their months, the cohort's opening at those of today.
exchange_rates as (

    select
        'exchange rates that changed during the year' as reason,
        cast(null as {{ dbt.type_string() }}) as account_id,
        differences.difference_arr - coalesce(sum(reasons.difference_arr), 0)
            as difference_arr
    from differences
    left join reasons on true
    group by differences.difference_arr

),

explained as (

    select * from reasons
    union all
    select * from exchange_rates
    where difference_arr <> 0

)

select
    reason,
    account_id,
    difference_arr,
    sum(difference_arr) over () as flow_less_cohort_arr
from explained
order by reason asc, abs(difference_arr) desc, account_id asc
