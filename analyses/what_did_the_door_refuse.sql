-- What did the door refuse, and what came twice?
with

tables as (

    select * from {{ ref('data_quality_summary') }}

)

select
    table_name,
    n_raw_rows,
    n_staged_rows,
    n_duplicate_rows,
    n_quarantined_rows,
    example_reason
from tables
where n_duplicate_rows + n_quarantined_rows > 0
order by n_quarantined_rows desc, n_duplicate_rows desc, table_name asc
