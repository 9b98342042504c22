with

sources as (

    select * from {{ ref('int_evidence_sources_judged') }}

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
    cast(age_days as integer) as age_days,
    cast(n_rows as bigint) as n_rows,
    cast(n_accounts as bigint) as n_accounts,
    cast(covered_arr as decimal(18, 2)) as covered_arr,
    cast(total_arr as decimal(18, 2)) as total_arr,
    coverage_rate,
    no_coverage_because,
    state
from sources
