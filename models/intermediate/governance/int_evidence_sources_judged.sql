with

rules as (

    select * from {{ ref('evidence_source_rules') }}

),

covered as (

    select * from {{ ref('int_evidence_covered_by_source') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

aged as (

    select
        rules.source_id,
        rules.source_name,
        rules.raw_table,
        rules.feeds,
        rules.owner,
        rules.refresh_cadence_days,
        rules.audit_cadence_days,
        covered.last_refreshed_on,
        -- An audit of the future is a plan.
        case
            when rules.last_audited_on <= policy.as_of_date then rules.last_audited_on
        end as last_audited_on,
        {{ dbt.datediff('covered.last_refreshed_on', 'policy.as_of_date', 'day') }}
            as age_days,
        {{ dbt.datediff('rules.last_audited_on', 'policy.as_of_date', 'day') }}
            as audit_age_days,
        covered.n_rows,
        covered.n_accounts,
        covered.covered_arr,
        covered.total_arr
    from rules
    cross join policy
    inner join covered on rules.source_id = covered.source_id

)

select
    source_id,
    source_name,
    raw_table,
    feeds,
    owner,
    refresh_cadence_days,
    audit_cadence_days,
    last_refreshed_on,
    last_audited_on,
    age_days,
    n_rows,
    n_accounts,
    covered_arr,
    total_arr,
    {{ rate('covered_arr', 'total_arr') }} as coverage_rate,
    case
        when total_arr is null then 'speaks of the company as a whole'
        when total_arr = 0 then 'there is no ARR'
    end as no_coverage_because,
    -- What nobody refreshes need not be audited: the first that holds is what to do.
    case
        when n_rows = 0 then 'missing'
        when coalesce(age_days > refresh_cadence_days, true) then 'stale'
        when coalesce(audit_age_days not between 0 and audit_cadence_days, true)
            then 'unaudited'
        else 'fresh'
    end as state
from aged
