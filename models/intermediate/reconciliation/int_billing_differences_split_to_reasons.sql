with

line_months as (

    select * from {{ ref('int_invoice_lines_spread_to_months') }}
    where not is_usage

),

item_months as (

    select * from {{ ref('int_item_months_covered_by_invoice_lines') }}

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
        item_months.item_id,
        item_months.valid_from,
        cast(line_months.amount as double) / line_months.n_days as day_amount,
        least(
            1,
            cast(item_months.n_days as double) / nullif(item_months.covered_days, 0)
        ) as kept_share,
        {{ dbt.datediff(
            'greatest(item_months.covers_from, line_months.valid_from)',
            'least(item_months.covers_to, line_months.valid_to)',
            'day'
        ) }} as n_days
    from line_months
    inner join item_months
        on
            line_months.item_id = item_months.item_id
            and line_months.month_number = item_months.month_number
            and line_months.valid_to > item_months.covers_from
            and line_months.valid_from < item_months.covers_to

),

in_contract as (

    select
        *,
        case when is_credit then n_days else n_days * kept_share end as kept_days
    from met

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
        cast(-day_amount * kept_days as decimal(18, 6)) as amount
    from in_contract

    union all

    select
        account_id,
        product_id,
        currency,
        month_number,
        'credit' as reason,
        cast(day_amount * kept_days as decimal(18, 6)) as amount
    from in_contract
    where is_credit

    union all

    select
        in_contract.account_id,
        in_contract.product_id,
        in_contract.currency,
        in_contract.month_number,
        compared.reason,
        cast(
            cast(compared.gap_amount as double)
            / compared.service_days
            * in_contract.kept_days as decimal(18, 6)
        ) as amount
    from in_contract
    inner join compared
        on
            in_contract.line_id = compared.line_id
            and in_contract.valid_from = compared.valid_from
    where compared.reason <> 'timing'

    union all

    select
        account_id,
        product_id,
        currency,
        month_number,
        'unbilled' as reason,
        cast(
            -day_amount * greatest(n_days - covered_days, 0) as decimal(18, 6)
        ) as amount
    from item_months

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
