with

terms as (

    select * from {{ ref('int_billing_segment_terms') }}

),

lines as (

    select * from {{ ref('int_billing_segment_lines') }}

),

named as (

    select distinct
        terms.segment_id,
        terms.item_id
    from terms
    inner join lines
        on
            terms.segment_id = lines.segment_id
            and terms.item_id = lines.item_id
            and lines.is_charge

),

-- What is billed by a line of its own stands for itself. The rest stands together:
-- lines of an item that was amended or that name none, and items that no line names.
placed as (

    select
        terms.segment_id,
        terms.item_id,
        cast(null as {{ dbt.type_string() }}) as line_id,
        coalesce(named.item_id, '*') as unit_id
    from terms
    left join named
        on terms.segment_id = named.segment_id and terms.item_id = named.item_id

    union all

    select
        lines.segment_id,
        lines.item_id,
        lines.line_id,
        coalesce(named.item_id, '*') as unit_id
    from lines
    left join named
        on lines.segment_id = named.segment_id and lines.item_id = named.item_id

),

counted as (

    select
        segment_id,
        count(distinct unit_id) as n_units
    from placed
    group by segment_id

)

select
    'line' as grain,
    segment_id,
    unit_id,
    item_id,
    line_id
from placed

union all

-- Seen as a whole too, where there is more than one.
select
    'contract' as grain,
    placed.segment_id,
    '*' as unit_id,
    placed.item_id,
    placed.line_id
from placed
inner join counted on placed.segment_id = counted.segment_id
where counted.n_units > 1
