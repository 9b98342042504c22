with

items as (

    select * from {{ ref('int_arr_items_resolved_to_accounts') }}
    where not is_adjustment and (valid_to is null or valid_from < valid_to)

),

gaps as (

    select distinct
        account_id,
        product_id,
        valid_from,
        valid_to
    from {{ ref('int_balance_gaps_held') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

steps as (

    select distinct
        items.subscription_id,
        items.account_id,
        items.product_id,
        items.valid_from as steps_on
    from items
    cross join policy
    where
        items.is_contracted_step
        and items.valid_from = items.item_starts_on
        and items.valid_from <= policy.as_of_date

),

started as (

    select
        steps.steps_on,
        1 as direction,
        items.*
    from steps
    inner join items
        on
            steps.subscription_id = items.subscription_id
            and steps.product_id = items.product_id
            and steps.steps_on = items.item_starts_on
            and steps.steps_on = items.valid_from

),

ended as (

    select
        steps.steps_on,
        -1 as direction,
        items.*
    from steps
    inner join items
        on
            steps.subscription_id = items.subscription_id
            and steps.product_id = items.product_id
            and steps.steps_on = items.item_ends_on
            and steps.steps_on = items.valid_to

),

-- A year of a ramp that is a contract of its own follows on another subscription.
first_of_subscription as (

    select distinct
        steps.account_id,
        steps.product_id,
        steps.steps_on
    from steps
    left join ended
        on
            steps.subscription_id = ended.subscription_id
            and steps.product_id = ended.product_id
            and steps.steps_on = ended.steps_on
    where ended.subscription_id is null

),

going_on as (

    select distinct
        steps.steps_on,
        items.product_id,
        items.subscription_id
    from first_of_subscription as steps
    inner join items
        on
            steps.account_id = items.account_id
            and steps.product_id = items.product_id
            and steps.steps_on >= items.valid_from
            and (items.valid_to is null or steps.steps_on < items.valid_to)

),

replaced as (

    select
        steps.steps_on,
        -1 as direction,
        items.*
    from first_of_subscription as steps
    inner join items
        on
            steps.account_id = items.account_id
            and steps.product_id = items.product_id
            and steps.steps_on = items.valid_to
    left join going_on
        on
            items.subscription_id = going_on.subscription_id
            and items.product_id = going_on.product_id
            and steps.steps_on = going_on.steps_on
    where going_on.subscription_id is null

),

held as (

    select
        steps.steps_on,
        -1 as direction,
        items.*
    from first_of_subscription as steps
    inner join gaps
        on
            steps.account_id = gaps.account_id
            and steps.product_id = gaps.product_id
            and steps.steps_on = gaps.valid_to
    inner join items
        on
            gaps.account_id = items.account_id
            and gaps.product_id = items.product_id
            and gaps.valid_from = items.valid_to
    where items.arr > 0

),

moved as (

    select * from started
    union all
    select * from ended
    union all
    select * from replaced
    union all
    select * from held

)

select
    moved.account_id,
    moved.product_id,
    {{ sampled_month('moved.steps_on') }} as month_number,
    moved.direction,
    moved.item_id,
    moved.is_adjustment,
    moved.subscription_id,
    moved.currency,
    moved.quantity,
    moved.unit_list_arr,
    moved.list_arr,
    moved.arr
from moved
cross join policy
