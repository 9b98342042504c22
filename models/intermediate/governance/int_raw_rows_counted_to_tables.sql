with

row_counts as (

    select * from {{ ref('row_counts') }}

),

refused_rows as (

    select
        table_name,
        count(*) as n_quarantined_rows,
        min(reason) as example_reason
    from {{ ref('refused_rows') }}
    group by table_name

),

lost_references as (

    select
        table_name,
        count(*) as n_lost_references
    from {{ ref('lost_references') }}
    group by table_name

)

select
    row_counts.table_name,
    cast(row_counts.n_raw_rows as bigint) as n_raw_rows,
    cast(row_counts.n_staged_rows as bigint) as n_staged_rows,
    cast(row_counts.n_admitted_rows - row_counts.n_staged_rows as bigint)
        as n_duplicate_rows,
    cast(coalesce(refused_rows.n_quarantined_rows, 0) as bigint) as n_quarantined_rows,
    cast(coalesce(lost_references.n_lost_references, 0) as bigint) as n_lost_references,
    refused_rows.example_reason
from row_counts
left join refused_rows on row_counts.table_name = refused_rows.table_name
left join lost_references on row_counts.table_name = lost_references.table_name
