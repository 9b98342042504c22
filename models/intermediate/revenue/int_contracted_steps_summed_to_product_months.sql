with

items as (

    select * from {{ ref('int_arr_items_resolved_to_accounts') }}
    where valid_to is null or valid_from < valid_to

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

steps as (

    select distinct
        items.subscription_id,
        items.product_id,
        items.item_starts_on as steps_on
    from items
    where items.is_contracted_step

),

-- A step is what starts on its day less what ends that day, of one product on one
-- subscription.
changes as (

    select
        steps.subscription_id,
        items.account_id,
        items.product_id,
        items.currency,
        steps.steps_on,
        items.arr,
        items.list_arr,
        items.quantity
    from steps
    inner join items
        on
            steps.subscription_id = items.subscription_id
            and steps.product_id = items.product_id
            and steps.steps_on = items.item_starts_on
            and steps.steps_on = items.valid_from

    union all

    select
        steps.subscription_id,
        items.account_id,
        items.product_id,
        items.currency,
        steps.steps_on,
        -items.arr as arr,
        -items.list_arr as list_arr,
        -items.quantity as quantity
    from steps
    inner join items
        on
            steps.subscription_id = items.subscription_id
            and steps.product_id = items.product_id
            and steps.steps_on = items.item_ends_on
            and steps.steps_on = items.valid_to

),

sampled as (

    select
        changes.account_id,
        changes.product_id,
        changes.currency,
        {{ sampled_month('changes.steps_on') }} as month_number,
        sum(changes.arr) as arr,
        sum(changes.list_arr) as list_arr,
        sum(changes.quantity) as quantity
    from changes
    cross join policy
    group by
        changes.subscription_id,
        changes.account_id,
        changes.product_id,
        changes.currency,
        changes.steps_on,
        {{ sampled_month('changes.steps_on') }}

)

select
    sampled.account_id,
    sampled.product_id,
    sampled.month_number,
    cast(
        sum({{ to_reporting_currency('sampled.arr', 'rates.rate') }}) as decimal(18, 2)
    ) as step_arr,
    cast(
        sum({{ to_reporting_currency('sampled.list_arr', 'rates.rate') }})
        as decimal(18, 2)
    ) as step_list_arr,
    cast(sum(sampled.quantity) as decimal(18, 6)) as step_quantity
from sampled
inner join rates
    on
        sampled.currency = rates.currency
        and sampled.month_number >= rates.first_month
        and sampled.month_number < rates.end_month
group by sampled.account_id, sampled.product_id, sampled.month_number
