with

in_force as (

    select * from {{ ref('int_subscriptions_in_force_in_months') }}

),

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

items as (

    select * from {{ ref('stg_billing__subscription_items') }}

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

),

policy as (

    select * from {{ ref('stg_policy__signals') }}
    where signal = 'contracted_step_near'

),

metric_policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

sequenced as (

    select
        items.item_id,
        items.subscription_id,
        products.present_product_id as product_id,
        items.valid_from,
        least(items.valid_to, subscriptions.ends_on, subscriptions.cancelled_on)
            as ends_on,
        subscriptions.started_on,
        accounts.ultimate_account_id as account_id,
        items.is_contracted_step,
        items.quantity,
        lag(items.quantity) over (
            partition by items.subscription_id, products.present_product_id
            order by items.valid_from, items.item_id
        ) as quantity_before
    from items
    inner join products on items.product_id = products.product_id
    inner join subscriptions on items.subscription_id = subscriptions.subscription_id
    inner join accounts on subscriptions.account_id = accounts.account_id

),

stepped as (

    select
        in_force.account_id,
        in_force.month_number,
        in_force.balance_on,
        sequenced.product_id,
        sequenced.valid_from as steps_on,
        sequenced.quantity - coalesce(sequenced.quantity_before, 0) as units_added
    from in_force
    inner join sequenced on in_force.subscription_id = sequenced.subscription_id
    where
        sequenced.is_contracted_step and in_force.balance_on < sequenced.valid_from

),

-- A year of a ramp that is a contract of its own starts with a step, and takes the
-- place of contracts of the product that end on that day, or before it in the grace.
first_steps as (

    select
        account_id,
        product_id,
        valid_from as steps_on,
        min(started_on) as started_on,
        sum(quantity) as quantity
    from sequenced
    where is_contracted_step and quantity_before is null
    group by account_id, product_id, valid_from

),

going_on as (

    select distinct
        first_steps.account_id,
        first_steps.product_id,
        first_steps.steps_on,
        sequenced.subscription_id
    from first_steps
    inner join sequenced
        on
            first_steps.account_id = sequenced.account_id
            and first_steps.product_id = sequenced.product_id
            and first_steps.steps_on >= sequenced.valid_from
            and (
                sequenced.ends_on is null or first_steps.steps_on < sequenced.ends_on
            )

),

ended as (

    select
        first_steps.account_id,
        first_steps.product_id,
        first_steps.steps_on,
        first_steps.started_on,
        first_steps.quantity,
        sequenced.valid_from,
        sequenced.quantity as quantity_before,
        rank() over (
            partition by
                first_steps.account_id, first_steps.product_id, first_steps.steps_on
            order by sequenced.ends_on desc
        ) as place
    from first_steps
    cross join metric_policy
    inner join sequenced
        on
            first_steps.account_id = sequenced.account_id
            and first_steps.product_id = sequenced.product_id
            and first_steps.steps_on >= sequenced.ends_on
            and sequenced.valid_from < sequenced.ends_on
            and {{ dbt.datediff(
                'sequenced.ends_on', 'first_steps.steps_on', 'day'
            ) }} <= metric_policy.renewal_grace_days
    left join going_on
        on
            sequenced.subscription_id = going_on.subscription_id
            and first_steps.account_id = going_on.account_id
            and first_steps.product_id = going_on.product_id
            and first_steps.steps_on = going_on.steps_on
    where going_on.subscription_id is null

),

contracts as (

    select
        account_id,
        product_id,
        steps_on,
        started_on,
        min(valid_from) as known_from,
        quantity - sum(quantity_before) as units_added
    from ended
    where place = 1
    group by account_id, product_id, steps_on, started_on, quantity

),

near_steps as (

    select
        account_id,
        month_number,
        balance_on,
        product_id,
        steps_on,
        units_added
    from stepped

    union all

    select
        present.account_id,
        present.month_number,
        present.balance_on,
        contracts.product_id,
        contracts.steps_on,
        contracts.units_added
    from present
    inner join contracts
        on
            present.account_id = contracts.account_id
            and present.balance_on >= contracts.known_from
            and present.balance_on < contracts.started_on
            and present.balance_on < contracts.steps_on

)

select
    near_steps.account_id,
    near_steps.month_number,
    near_steps.product_id,
    min(near_steps.steps_on) as steps_on,
    cast(sum(near_steps.units_added) as decimal(24, 6)) as units_added
from near_steps
cross join policy
where
    {{ dbt.datediff('near_steps.balance_on', 'near_steps.steps_on', 'day') }}
    <= policy.window_days
group by near_steps.account_id, near_steps.month_number, near_steps.product_id
