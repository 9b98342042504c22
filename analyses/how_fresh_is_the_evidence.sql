-- What does each conclusion rest on, who owns it, how fresh is it, how much ARR does it
-- cover?
select
    source_id,
    feeds,
    owner,
    state,
    last_refreshed_on,
    age_days,
    refresh_cadence_days,
    last_audited_on,
    coverage_rate,
    no_coverage_because
from {{ ref('evidence_sources') }}
order by state desc, source_id asc
