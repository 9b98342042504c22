with

row_counts as (

    select * from {{ ref('int_raw_rows_counted_to_tables') }}

)

select
    table_name,
    n_raw_rows,
    n_staged_rows,
    n_duplicate_rows,
    n_quarantined_rows,
    n_lost_references,
    example_reason
from row_counts
