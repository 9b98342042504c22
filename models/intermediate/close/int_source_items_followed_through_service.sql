with

admitted as (

    select * from {{ ref('int_source_items_admitted') }}

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

),

renamed as (

    select * from {{ ref('int_contract_ids_resolved_to_present') }}
    where id_kind = 'subscription'

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- Adjustments have no subscription: those of an account and product follow each other.
placed as (

    select
        admitted.*,
        coalesce(renamed.present_id, admitted.subscription_id, admitted.account_id)
            as contract_id,
        coalesce(products.present_product_id, admitted.product_id)
            as present_product_id
    from admitted
    left join products on admitted.product_id = products.product_id
    left join renamed on admitted.subscription_id = renamed.old_id

),

reached as (

    select
        *,
        max(coalesce(ends_on, cast('9999-12-31' as date))) over (
            partition by
                contract_id, present_product_id, is_adjustment, is_recurring
            order by starts_on, ends_on, item_id
            rows between unbounded preceding and 1 preceding
        ) as covered_to
    from placed

),

broken as (

    select
        reached.*,
        case
            when
                reached.covered_to is null
                or {{ dbt.datediff('reached.covered_to', 'reached.starts_on', 'day') }}
                > policy.renewal_grace_days
                then reached.starts_on
        end as begins_on
    from reached
    cross join policy

)

select
    item_id,
    is_adjustment,
    subscription_id,
    case when subscription_id is not null then contract_id end as contract_id,
    is_recurring,
    quantity,
    starts_on,
    ends_on,
    max(begins_on) over (
        partition by contract_id, present_product_id, is_adjustment, is_recurring
        order by starts_on, ends_on, item_id
        rows between unbounded preceding and current row
    ) as served_since
from broken
