with

line_months as (

    select * from {{ ref('int_invoice_lines_spread_to_months') }}
    where not is_usage

),

item_months as (

    select * from {{ ref('int_item_months_covered_by_invoice_lines') }}

),

arr_months as (

    select * from {{ ref('int_arr_spread_to_months_by_billing') }}

),

compared as (

    select * from {{ ref('int_invoice_lines_compared_with_prices') }}

),

-- The days of a line on which its item is in force. Of days billed more than once all
-- but one are billed without contract: kept_share is what is left of each.
met as (

    select
        line_months.line_id,
        line_months.account_id,
        line_months.product_id,
        line_months.currency,
        line_months.month_number,
        line_months.is_credit,
        item_months.valid_from,
        cast(line_months.amount as double) / line_months.n_days as day_amount,
        case
            when line_months.is_credit then 1
            else
                least(
                    1,
                    cast(item_months.n_days as double)
                    / nullif(item_months.covered_days, 0)
                )
        end as kept_share,
        {{ dbt.datediff(
            'greatest(item_months.covers_from, line_months.valid_from)',
            'least(item_months.covers_to, line_months.valid_to)',
            'day'
        ) }} as n_days
    from line_months
    inner join item_months
        on
            line_months.item_id = item_months.item_id
            and line_months.currency = item_months.currency
            and line_months.month_number = item_months.month_number
            and line_months.valid_to > item_months.covers_from
            and line_months.valid_from < item_months.covers_to

),

in_contract as (

    select
        met.account_id,
        met.product_id,
        met.currency,
        met.month_number,
        case when met.is_credit then 'credit' else compared.reason end as reason,
        met.day_amount * met.n_days * met.kept_share as amount,
        cast(compared.gap_amount as double)
        / compared.service_days
        * met.n_days
        * met.kept_share as gap_amount
    from met
    left join compared
        on met.line_id = compared.line_id and met.valid_from = compared.valid_from

),

-- A refund of days after the end of a contract meets what was billed for them.
parts as (

    select
        account_id,
        product_id,
        currency,
        month_number,
        'billed_without_contract' as reason,
        cast(amount as decimal(18, 6)) as amount
    from line_months

    union all

    select
        account_id,
        product_id,
        currency,
        month_number,
        'billed_without_contract' as reason,
        cast(-amount as decimal(18, 6)) as amount
    from in_contract

    union all

    -- Credits as they are; of a charge what its price or quantity is off.
    select
        account_id,
        product_id,
        currency,
        month_number,
        reason,
        cast(
            case when reason = 'credit' then amount else gap_amount end
            as decimal(18, 6)
        ) as amount
    from in_contract
    where reason <> 'timing'

    union all

    -- The rest of a charge is its price by days of service, against the twelfth below.
    select
        account_id,
        product_id,
        currency,
        month_number,
        'timing' as reason,
        cast(
            amount - case when reason = 'timing' then 0 else gap_amount end
            as decimal(18, 6)
        ) as amount
    from in_contract
    where reason <> 'credit'

    union all

    select
        account_id,
        product_id,
        currency,
        month_number,
        case kind when 'billed' then 'timing' else kind end as reason,
        -amount as amount
    from arr_months

)

select
    account_id,
    product_id,
    currency,
    month_number,
    reason,
    cast(sum(amount) as decimal(18, 6)) as amount
from parts
group by account_id, product_id, currency, month_number, reason
having sum(amount) <> 0
