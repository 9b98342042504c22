with

admitted as (

    {{ admitted('billing__invoice_lines') }}

)

select
    line_id,
    invoice_id,
    account_id,
    subscription_id,
    item_id,
    product_id,
    line_type,
    currency,
    amount,
    tax_amount,
    service_from,
    service_to,
    issued_on
from admitted
