with

judged as (

    select * from {{ ref('reconciliation_months') }}

),

last_months as (

    select
        reconciliation,
        max(month_start) as month_start
    from judged
    group by reconciliation

),

-- Each reconciliation and the raw tables without which there is nothing to compare.
needed as (

    select
        'billing' as reconciliation,
        'billing__invoice_lines' as raw_table
    union all
    select
        'ledger' as reconciliation,
        'finance__gl_revenue' as raw_table
    union all
    select
        'ledger' as reconciliation,
        'billing__invoice_lines' as raw_table
    union all
    select
        'deals' as reconciliation,
        'crm__opportunities' as raw_table
    union all
    select
        'reported_metrics' as reconciliation,
        'finance__reported_metrics' as raw_table
    union all
    select
        'source_totals' as reconciliation,
        cast(null as {{ dbt.type_string() }}) as raw_table

),

row_counts as (

    select * from {{ ref('int_raw_rows_counted_to_tables') }}

),

reconciliations as (

    select
        needed.reconciliation,
        count(needed.raw_table) as n_tables,
        count(case when row_counts.n_staged_rows = 0 then 1 end) as n_missing,
        {{ joined_text(
            "case when row_counts.n_staged_rows = 0 then needed.raw_table end",
            'needed.raw_table', "' and '"
        ) }} as missing_tables,
        {{ joined_text('needed.raw_table', 'needed.raw_table', "' and '") }}
            as raw_tables
    from needed
    left join row_counts on needed.raw_table = row_counts.table_name
    group by needed.reconciliation

),

ranked as (

    select
        reconciliation,
        month_start,
        row_number() over (
            partition by reconciliation
            order by
                coalesce(difference_rate, 0) desc,
                difference desc,
                n_differences desc,
                month_start desc
        ) as place
    from judged
    where n_differences > 0

),

past as (

    select
        judged.reconciliation,
        count(*) as n_months,
        count(*) filter (where judged.state = 'differs') as n_differing_months,
        {{ joined_text(
            "case when judged.state = 'differs' then substring(cast(judged.month_start as "
            ~ dbt.type_string() ~ "), 1, 7) end",
            'judged.month_start'
        ) }} as differing_months
    from judged
    inner join last_months
        on
            judged.reconciliation = last_months.reconciliation
            and judged.month_start < last_months.month_start
    group by judged.reconciliation

),

refused as (

    select * from {{ ref('int_refused_book_rows_valued') }}

),

-- What is billed late or booked late is of the months before, so three are looked at.
open_rows as (

    select
        refused.reconciliation,
        count(*) as n_rows,
        case when count(*) = count(refused.amount) then sum(refused.amount) end
            as amount
    from refused
    left join last_months on refused.reconciliation = last_months.reconciliation
    where
        refused.reaches_to is null
        or last_months.month_start is null
        or {{ dbt.datediff('refused.reaches_to', 'last_months.month_start', 'day') }}
        <= 92
    group by refused.reconciliation

),

stated as (

    select
        reconciliations.reconciliation,
        case
            when reconciliations.n_missing > 0
                then concat(
                    reconciliations.missing_tables,
                    case
                        when reconciliations.n_missing = 1 then ' has'
                        else ' have'
                    end,
                    ' no admitted rows'
                )
            else concat(
                coalesce(reconciliations.raw_tables, 'the raw tables'),
                case when reconciliations.n_tables = 1 then ' has' else ' have' end,
                ' no month to compare'
            )
        end as nothing_because,
        judged.month_start,
        judged.n_rows,
        judged.n_differences,
        judged.difference,
        judged.tolerance,
        ranked.month_start as worst_month,
        coalesce(judged.state, 'not_available') as state,
        substring(cast(judged.month_start as {{ dbt.type_string() }}), 1, 7)
            as month_name,
        coalesce(past.n_months, 0) as n_months,
        coalesce(past.n_differing_months, 0) as n_differing_months,
        past.differing_months,
        coalesce(open_rows.n_rows, 0) as n_refused_rows,
        -- Whatever the refused rows say, what agrees by more than they come to agrees.
        case
            when open_rows.n_rows is null then true
            when judged.state = 'agrees'
                then coalesce(
                    judged.difference + open_rows.amount
                    <= judged.tolerance
                    * greatest(judged.compared_amount - open_rows.amount, 0),
                    false
                )
            else false
        end as is_certain
    from reconciliations
    left join last_months
        on reconciliations.reconciliation = last_months.reconciliation
    left join judged
        on
            last_months.reconciliation = judged.reconciliation
            and last_months.month_start = judged.month_start
    left join ranked
        on reconciliations.reconciliation = ranked.reconciliation and ranked.place = 1
    left join past on reconciliations.reconciliation = past.reconciliation
    left join open_rows on reconciliations.reconciliation = open_rows.reconciliation

)

select
    reconciliation,
    month_start,
    n_rows,
    n_differences,
    difference,
    tolerance,
    worst_month,
    state,
    cast(n_refused_rows as bigint) as n_refused_rows,
    is_certain,
    concat(case
        when state = 'not_available'
            then concat('nothing to compare: ', nothing_because)
        when reconciliation = 'source_totals'
            then concat(n_differences, ' of ', n_rows, ' totals differ')
        else concat(
            month_name,
            case state when 'agrees' then ' agrees' else ' differs' end,
            ', ',
            difference,
            ' apart in ',
            n_differences,
            ' of ',
            n_rows,
            ' rows; ',
            n_differing_months,
            ' of ',
            n_months,
            ' earlier months differ',
            case when n_differing_months > 0 then ': ' else '' end,
            coalesce(differing_months, '')
        )
    end, case when is_certain then '' else concat(
        '; ', n_refused_rows,
        case when n_refused_rows = 1 then ' refused row' else ' refused rows' end,
        ' may change it'
    ) end) as detail
from stated
