with

items as (

    select
        staged_items.*,
        {{ annualised_amount('staged_items') }} as list_arr
    from {{ ref('stg_billing__subscription_items') }} as staged_items
    where staged_items.charge_type = 'recurring'

),

priced as (

    select
        item_id,
        max(list_arr) as list_arr
    from {{ ref('int_subscription_items_priced') }}
    group by item_id

),

invoice_lines as (

    select * from {{ ref('stg_billing__invoice_lines') }}

),

line_sums as (

    select
        line_id,
        sum(amount) as amount
    from {{ ref('int_invoice_lines_spread_to_months') }}
    group by line_id

),

opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}
    where is_closed and is_won

),

won as (

    select * from {{ ref('int_deals_dated_to_as_of') }}
    where is_won

),

costs as (

    select
        *,
        {{ month_number('month_start') }} as month_number
    from {{ ref('stg_finance__gtm_costs') }}

),

converted_costs as (

    select * from {{ ref('int_go_to_market_costs_converted') }}

),

ledger as (

    select
        *,
        {{ month_number('month_start') }} as month_number
    from {{ ref('stg_finance__gl_revenue') }}

),

ledger_months as (

    select * from {{ ref('int_ledger_met_by_invoices_in_months') }}

),

adjustments as (

    select * from {{ ref('stg_finance__arr_adjustments') }}

),

arr_items as (

    select distinct item_id
    from {{ ref('int_arr_items_resolved_to_accounts') }}
    where is_adjustment

),

unknown_items as (

    select distinct item_id
    from {{ ref('int_arr_items_cut_at_unknown_periods') }}
    where is_adjustment and not is_known

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- A row is used where its id is found downstream; why another is not must be said here,
-- or it is lost.
followed as (

    select
        'billing__subscription_items' as table_name,
        case
            when priced.item_id is null then 'bears no ARR: its contract never does'
            when items.list_arr < 0 then 'bears no ARR: a price below zero'
            else 'used'
        end as reason,
        case
            when items.list_arr < 0 then items.list_arr
            else coalesce(priced.list_arr, items.list_arr)
        end as amount
    from items
    left join priced on items.item_id = priced.item_id

    union all

    select
        'billing__invoice_lines' as table_name,
        'used' as reason,
        amount
    from line_sums

    union all

    select
        'billing__invoice_lines' as table_name,
        case
            when invoice_lines.line_type = 'one_time' then 'one-time'
            when invoice_lines.issued_on > policy.as_of_date
                then 'issued after the as-of date'
            when
                invoice_lines.service_to > {{ dbt.dateadd(
                    'day', 1, 'policy.last_balance_on'
                ) }}
                or coalesce(invoice_lines.service_from, invoice_lines.issued_on)
                > policy.last_balance_on
                then 'for service after the last month'
            when line_sums.line_id is null then 'of a one-time item'
            else 'lost'
        end as reason,
        round(invoice_lines.amount, 2) - coalesce(line_sums.amount, 0) as amount
    from invoice_lines
    cross join policy
    left join line_sums on invoice_lines.line_id = line_sums.line_id

    union all

    select
        'crm__opportunities' as table_name,
        case
            when won.opportunity_id is not null then 'used'
            when opportunities.close_on is null then 'closed on no date'
            when opportunities.close_on > policy.as_of_date
                then 'closed after the as-of date'
            when opportunities.created_on > policy.as_of_date
                then 'created after the as-of date'
            else 'lost'
        end as reason,
        round(opportunities.amount_arr, 2) as amount
    from opportunities
    cross join policy
    left join won on opportunities.opportunity_id = won.opportunity_id

    union all

    select
        'finance__gtm_costs' as table_name,
        case
            when converted_costs.month_number is not null then 'used'
            when costs.month_number > policy.last_month then 'after the last month'
            else 'lost'
        end as reason,
        round(costs.amount, 2) as amount
    from costs
    cross join policy
    left join converted_costs
        on
            costs.month_start = converted_costs.month_start
            and costs.function = converted_costs.function
            and costs.motion = converted_costs.motion

    union all

    select
        'finance__gl_revenue' as table_name,
        case
            when ledger.gl_class in ('services', 'other') then 'services and other'
            when ledger.month_number > policy.last_month then 'after the last month'
            when ledger_months.month_number is not null then 'used'
            else 'lost'
        end as reason,
        round(ledger.amount, 2) as amount
    from ledger
    cross join policy
    left join ledger_months on ledger.month_number = ledger_months.month_number

    union all

    select
        'finance__arr_adjustments' as table_name,
        case
            when arr_items.item_id is not null then 'used'
            when adjustments.approved_by is null then 'not approved'
            when unknown_items.item_id is not null
                then 'not known: refused rows of its account or currency'
            else 'lost'
        end as reason,
        round(adjustments.arr_amount, 2) as amount
    from adjustments
    left join arr_items on adjustments.adjustment_id = arr_items.item_id
    left join unknown_items on adjustments.adjustment_id = unknown_items.item_id

)

select
    table_name,
    reason,
    cast(sum(amount) as decimal(18, 2)) as amount
from followed
group by table_name, reason
having sum(amount) <> 0
