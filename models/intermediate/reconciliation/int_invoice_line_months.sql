with

line_months as (

    select * from {{ ref('int_invoice_lines_spread_to_months') }}
    where not is_usage

),

together as (

    select * from {{ ref('int_contracts_billed_together') }}

),

months as (

    select * from {{ ref('int_months_billed') }}

)

select
    line_months.*,
    case
        when together.account_id is null then line_months.subscription_id else '*'
    end as contract_id
from line_months
inner join months on line_months.month_number = months.month_number
left join together
    on
        line_months.account_id = together.account_id
        and line_months.product_id = together.product_id
        and line_months.currency = together.currency
