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

-- Each reconciliation and the raw table without which there is nothing to compare.
reconciliations as (

    select
        'billing' as reconciliation,
        'billing__invoice_lines' as needs
    union all
    select
        'ledger' as reconciliation,
        'finance__gl_revenue and billing__invoice_lines' as needs
    union all
    select
        'deals' as reconciliation,
        'crm__opportunities' as needs
    union all
    select
        'reported_metrics' as reconciliation,
        'finance__reported_metrics' as needs
    union all
    select
        'source_totals' as reconciliation,
        'raw tables' as needs

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

stated as (

    select
        reconciliations.reconciliation,
        reconciliations.needs,
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
        past.differing_months
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
    case
        when state = 'not_available'
            then concat('nothing to compare: ', needs, ' is missing or says nothing')
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
    end as detail
from stated
