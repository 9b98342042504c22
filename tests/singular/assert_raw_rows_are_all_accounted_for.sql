-- Fails if raw rows = staged + duplicates + quarantined does not hold for a table, or a
-- count is negative: a row lost at the door is money nobody misses.
select *
from {{ ref('data_quality_summary') }}
where
    n_raw_rows <> n_staged_rows + n_duplicate_rows + n_quarantined_rows
    or n_duplicate_rows < 0
