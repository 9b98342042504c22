with

months as (

    select * from {{ ref('int_months') }}

),

line_months as (

    select * from {{ ref('int_invoice_lines_spread_to_months') }}
    where not is_usage

),

first_billed as (

    select min(month_number) as month_number from line_months

)

-- Before the first invoice nothing can be compared: what billed then is not known.
select
    months.month_number,
    months.month_start,
    cast({{ dbt.dateadd('month', 1, 'months.month_start') }} as date)
        as next_month_start,
    months.balance_on
from months
inner join first_billed on months.month_number >= first_billed.month_number
