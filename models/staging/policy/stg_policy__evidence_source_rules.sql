with

rules as (

    select * from {{ ref('evidence_source_rules') }}

)

select
    source_id,
    source_name,
    raw_table,
    is_by_account,
    coverage_days,
    feeds,
    owner,
    refresh_cadence_days,
    audit_cadence_days,
    last_audited_on,
    reason,
    decided_on
from rules
