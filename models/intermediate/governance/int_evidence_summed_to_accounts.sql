with

evidence as (

    select * from {{ ref('int_evidence_dated_by_source') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

known as (

    select
        evidence.source_id,
        accounts.ultimate_account_id as account_id,
        evidence.n_rows,
        greatest(
            evidence.observed_on,
            case
                when evidence.changed_on <= policy.as_of_date then evidence.changed_on
            end
        ) as refreshed_on
    from evidence
    cross join policy
    left join accounts on evidence.account_id = accounts.account_id
    where evidence.observed_on is null or evidence.observed_on <= policy.as_of_date

)

select
    source_id,
    account_id,
    sum(n_rows) as n_rows,
    max(refreshed_on) as last_refreshed_on
from known
group by source_id, account_id
