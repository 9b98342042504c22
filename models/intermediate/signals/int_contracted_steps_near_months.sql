with

subscriptions as (

    select * from {{ ref('int_subscriptions_in_force_in_months') }}

),

items as (

    select * from {{ ref('stg_billing__subscription_items') }}

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

),

policy as (

    select * from {{ ref('stg_policy__signals') }}
    where signal = 'contracted_step_near'

),

sequenced as (

    select
        items.subscription_id,
        products.present_product_id as product_id,
        items.valid_from as steps_on,
        items.is_contracted_step,
        items.quantity - coalesce(lag(items.quantity) over (
            partition by items.subscription_id, products.present_product_id
            order by items.valid_from, items.item_id
        ), 0) as units_added
    from items
    inner join products on items.product_id = products.product_id

)

select
    subscriptions.account_id,
    subscriptions.month_number,
    sequenced.product_id,
    min(sequenced.steps_on) as steps_on,
    cast(sum(sequenced.units_added) as decimal(18, 6)) as units_added
from subscriptions
cross join policy
inner join sequenced
    on
        subscriptions.subscription_id = sequenced.subscription_id
        and subscriptions.balance_on < sequenced.steps_on
        and {{ dbt.datediff('subscriptions.balance_on', 'sequenced.steps_on', 'day') }}
        <= policy.window_days
where sequenced.is_contracted_step
group by subscriptions.account_id, subscriptions.month_number, sequenced.product_id
