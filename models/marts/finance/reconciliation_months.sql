with

billing as (

    select * from {{ ref('reconciliation_billing_months') }}

),

ledger as (

    select * from {{ ref('reconciliation_ledger_months') }}
    where unexplained_amount is not null

),

deals as (

    select * from {{ ref('reconciliation_deals') }}

),

reported as (

    select * from {{ ref('reconciliation_reported_metrics') }}
    where our_value is not null

),

source_totals as (

    select * from {{ ref('reconciliation_source_totals') }}

),

last_month as (

    select * from {{ ref('int_months') }}
    where is_last_month

),

policy as (

    select * from {{ ref('int_reconciliation_limits') }}

),

-- A deal may still find its movement, and a movement its deal, until the days are over.
settled_deals as (

    select deals.*
    from deals
    cross join policy
    where
        {{ dbt.datediff(
            dbt.last_day('deals.month_start', 'month'), 'policy.as_of_date', 'day'
        ) }} >= policy.crm_match_days

),

measured as (

    select
        'billing' as reconciliation,
        billing.month_start,
        count(*) as n_rows,
        count(*) filter (where billing.open_amount > 0) as n_differences,
        sum(billing.open_amount) as difference,
        sum(billing.contracted_amount) as compared_amount,
        max(policy.billing_tolerance_rate) as tolerance
    from billing
    cross join policy
    group by billing.month_start

    union all

    select
        'ledger' as reconciliation,
        ledger.month_start,
        1 as n_rows,
        case
            when abs(ledger.unexplained_rate) > policy.ledger_tolerance_rate then 1
            else 0
        end as n_differences,
        abs(ledger.unexplained_amount) as difference,
        ledger.average_mrr as compared_amount,
        policy.ledger_tolerance_rate as tolerance
    from ledger
    cross join policy

    union all

    select
        'deals' as reconciliation,
        deals.month_start,
        count(*) as n_rows,
        count(*) filter (
            where deals.reason in ('amount_differs', 'no_deal', 'no_movement')
        ) as n_differences,
        coalesce(
            sum(abs(deals.difference)) filter (
                where deals.reason in ('amount_differs', 'no_deal', 'no_movement')
            ),
            0
        ) as difference,
        greatest(
            coalesce(sum(deals.movement_arr), 0), coalesce(sum(deals.deal_arr), 0)
        ) as compared_amount,
        max(policy.deals_tolerance_rate) as tolerance
    from settled_deals as deals
    cross join policy
    group by deals.month_start

    union all

    -- Each figure has its own tolerance, so none of those that fail it may be there.
    select
        'reported_metrics' as reconciliation,
        month_start,
        count(*) as n_rows,
        count(*) filter (where not is_agreed) as n_differences,
        coalesce(
            sum(abs(difference)) filter (
                where not is_agreed and metric = 'closing_arr'
            ),
            0
        ) as difference,
        cast(null as decimal(18, 2)) as compared_amount,
        0 as tolerance
    from reported
    group by month_start

    union all

    select
        'source_totals' as reconciliation,
        last_month.month_start,
        count(*) as n_rows,
        count(*) filter (where source_totals.difference <> 0) as n_differences,
        sum(abs(source_totals.difference)) as difference,
        cast(null as decimal(18, 2)) as compared_amount,
        0 as tolerance
    from source_totals
    cross join last_month
    group by last_month.month_start

)

select
    reconciliation,
    month_start,
    cast(n_rows as bigint) as n_rows,
    cast(n_differences as bigint) as n_differences,
    cast(difference as decimal(18, 2)) as difference,
    cast(compared_amount as decimal(18, 2)) as compared_amount,
    {{ rate('difference', 'compared_amount') }} as difference_rate,
    cast(tolerance as decimal(18, 6)) as tolerance,
    case
        when compared_amount is null and n_differences > 0 then 'differs'
        when
            difference
            > coalesce(tolerance * greatest(compared_amount, 0), difference)
            then 'differs'
        else 'agrees'
    end as state
from measured
