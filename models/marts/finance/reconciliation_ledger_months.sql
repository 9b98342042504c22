with

ledger as (

    select * from {{ ref('int_ledger_met_by_invoices_in_months') }}
    where recurring_revenue is not null

),

billing as (

    select * from {{ ref('reconciliation_billing_months') }}

),

bridge as (

    select * from {{ ref('arr_bridge_months') }}
    where scope_type = 'company'

),

months as (

    select * from {{ ref('int_months') }}

),

billed_months as (

    select
        month_start,
        sum(billed_amount) as billed_amount,
        sum(contracted_amount) as contracted_amount,
        sum(price_amount) as price_amount,
        sum(quantity_amount) as quantity_amount,
        sum(mid_month_amount) as mid_month_amount,
        sum(timing_amount) as timing_amount,
        sum(unbilled_amount) as unbilled_amount,
        sum(held_amount) as held_amount,
        sum(billed_without_contract_amount) as billed_without_contract_amount,
        sum(credit_amount) as credit_amount
    from billing
    group by month_start

),

compared as (

    select
        months.month_start,
        ledger.recurring_revenue,
        ledger.usage_revenue,
        ledger.billed_at_spot,
        ledger.usage_billed_at_spot,
        cast(
            round(
                cast(
                    coalesce(bridge.opening_arr, 0) + coalesce(bridge.closing_arr, 0)
                    as double
                ) / 24,
                2
            ) as decimal(18, 2)
        ) as average_mrr,
        cast(
            round(cast(coalesce(bridge.fx_arr, 0) as double) / 24, 2) as decimal(18, 2)
        ) as revalued_mrr
    from ledger
    inner join months on ledger.month_number = months.month_number
    left join bridge on months.month_start = bridge.month_start

),

-- What billing says of a month explains it; where no invoice speaks nothing does. What
-- stands at its end is more than the average by half of what moved, a new plan rate
-- apart, which is fx. No part looks at the ledger but for the class of usage.
explained as (

    select
        compared.month_start,
        compared.recurring_revenue,
        compared.average_mrr,
        compared.recurring_revenue - compared.average_mrr as difference,
        billed_months.mid_month_amount
        + billed_months.contracted_amount
        - compared.average_mrr
        - compared.revalued_mrr as mid_month_amount,
        billed_months.timing_amount,
        billed_months.price_amount,
        billed_months.quantity_amount,
        billed_months.unbilled_amount,
        billed_months.held_amount,
        billed_months.billed_without_contract_amount,
        billed_months.credit_amount,
        coalesce(compared.billed_at_spot, 0)
        - billed_months.billed_amount
        + compared.revalued_mrr as fx_amount,
        -- Usage that was billed but is not in its own class is in the recurring one.
        case
            when billed_months.month_start is not null
                then
                    greatest(compared.usage_billed_at_spot - compared.usage_revenue, 0)
        end as usage_amount
    from compared
    left join billed_months on compared.month_start = billed_months.month_start

),

settled as (

    select
        *,
        difference
        - mid_month_amount
        - timing_amount
        - price_amount
        - quantity_amount
        - unbilled_amount
        - held_amount
        - billed_without_contract_amount
        - credit_amount
        - fx_amount
        - usage_amount as unexplained_amount
    from explained

)

select
    month_start,
    recurring_revenue,
    average_mrr,
    cast(difference as decimal(18, 2)) as difference,
    cast(mid_month_amount as decimal(18, 2)) as mid_month_amount,
    cast(timing_amount as decimal(18, 2)) as timing_amount,
    cast(price_amount as decimal(18, 2)) as price_amount,
    cast(quantity_amount as decimal(18, 2)) as quantity_amount,
    cast(unbilled_amount as decimal(18, 2)) as unbilled_amount,
    cast(held_amount as decimal(18, 2)) as held_amount,
    cast(billed_without_contract_amount as decimal(18, 2))
        as billed_without_contract_amount,
    cast(credit_amount as decimal(18, 2)) as credit_amount,
    cast(fx_amount as decimal(18, 2)) as fx_amount,
    cast(usage_amount as decimal(18, 2)) as usage_amount,
    cast(unexplained_amount as decimal(18, 2)) as unexplained_amount,
    {{ rate('unexplained_amount', 'average_mrr') }} as unexplained_rate
from settled
