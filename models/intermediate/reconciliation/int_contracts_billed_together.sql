with

invoice_lines as (

    select * from {{ ref('int_invoice_lines_resolved_to_accounts') }}
    where not is_usage

)

select distinct
    account_id,
    product_id,
    currency
from invoice_lines
where subscription_id is null
