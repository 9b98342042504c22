with

items as (

    select * from {{ ref('int_arr_items_resolved_to_accounts') }}
    where not is_adjustment and arr > 0

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

)

select
    items.account_id,
    items.product_id,
    items.subscription_id,
    items.currency,
    min(items.valid_from) as starts_on,
    case
        when count(*) = count(items.valid_to) then max(items.valid_to)
    end as ends_on
from items
cross join policy
where items.valid_from <= policy.last_balance_on
group by
    items.account_id,
    items.product_id,
    items.subscription_id,
    items.currency
