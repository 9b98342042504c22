with

evidence as (

    select * from {{ ref('int_evidence_summed_to_accounts') }}

),

rules as (

    select * from {{ ref('evidence_source_rules') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

account_months as (

    select * from {{ ref('int_balance_changes_summed_to_account_months') }}

),

current_arr as (

    select
        account_months.account_id,
        account_months.closing_arr
    from account_months
    cross join policy
    where
        account_months.next_month > policy.last_month
        and account_months.closing_arr > 0

),

total as (

    select coalesce(sum(closing_arr), 0) as total_arr from current_arr

),

judged as (

    select
        rules.source_id,
        rules.is_by_account,
        evidence.account_id,
        evidence.n_rows,
        evidence.last_refreshed_on,
        current_arr.closing_arr,
        coalesce(
            {{ dbt.datediff('evidence.last_refreshed_on', 'policy.as_of_date', 'day') }}
            <= rules.coverage_days,
            rules.coverage_days is null
        ) as is_covered
    from rules
    cross join policy
    left join evidence on rules.source_id = evidence.source_id
    left join current_arr on evidence.account_id = current_arr.account_id

)

select
    judged.source_id,
    coalesce(sum(judged.n_rows), 0) as n_rows,
    max(judged.last_refreshed_on) as last_refreshed_on,
    case
        when judged.is_by_account
            then count(judged.account_id) filter (where judged.is_covered)
    end as n_accounts,
    case
        when judged.is_by_account
            then coalesce(sum(judged.closing_arr) filter (where judged.is_covered), 0)
    end as covered_arr,
    case when judged.is_by_account then total.total_arr end as total_arr
from judged
cross join total
group by judged.source_id, judged.is_by_account, total.total_arr
