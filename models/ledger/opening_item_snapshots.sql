select
    cast(null as varchar) as snapshot_id,
    *,
    cast(null as varchar) as source_parent_account_id,
    cast(null as varchar) as source_merged_into_account_id
from {{ ref('opening_item_months') }}
where false
