with recursive

refused_rows as (

    select * from {{ ref('refused_rows') }}

),

refused_parents as (

    select * from {{ ref('refused_parents') }}

),

-- What differs from row to row does not make another reason: values are left out, but
-- for a currency, which is what is to be added.
reasons as (

    select
        table_name,
        row_key,
        reason as example_reason,
        case
            when reason like '%has no plan rate%' then reason
            else {{ without_values('reason') }}
        end as reason
    from refused_rows

),

counted as (

    select
        table_name,
        row_key,
        reason,
        min(example_reason) as example_reason,
        count(*) as n_rows,
        row_number() over (partition by table_name, row_key order by reason) as place
    from reasons
    group by table_name, row_key, reason

),

-- The account of a subscription before its product: who has it is more than what it is.
parents as (

    select
        table_name,
        row_key,
        parent_table,
        parent_key
    from (
        select
            table_name,
            row_key,
            parent_table,
            parent_key,
            row_number() over (
                partition by table_name, row_key
                order by parent_table desc, parent_key
            ) as place
        from refused_parents
    ) as ranked
    where place = 1

),

walks as (

    select
        table_name,
        row_key,
        parent_table as cause_table,
        parent_key as cause_key
    from parents

    union

    select
        walks.table_name,
        walks.row_key,
        parents.parent_table as cause_table,
        parents.parent_key as cause_key
    from walks
    inner join parents
        on walks.cause_table = parents.table_name and walks.cause_key = parents.row_key

),

roots as (

    select
        walks.table_name,
        walks.row_key,
        walks.cause_table,
        walks.cause_key
    from walks
    left join parents
        on walks.cause_table = parents.table_name and walks.cause_key = parents.row_key
    where parents.table_name is null

)

select
    counted.table_name,
    counted.row_key,
    counted.reason,
    counted.example_reason,
    counted.n_rows,
    counted.place = 1 as is_first_reason,
    roots.cause_table,
    roots.cause_key,
    causes.reason as cause_reason
from counted
left join roots
    on counted.table_name = roots.table_name and counted.row_key = roots.row_key
left join counted as causes
    on
        roots.cause_table = causes.table_name
        and roots.cause_key = causes.row_key
        and causes.place = 1
