select
    account_id,
    product_id,
    month_number,
    min(entitled_on) as entitled_on,
    sum(limit_quantity) filter (where meter = 'seats') as seats
from {{ ref('int_entitlements_sampled_to_months') }}
group by account_id, product_id, month_number
