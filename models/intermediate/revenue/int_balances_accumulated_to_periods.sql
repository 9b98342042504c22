with

items as (

    select * from {{ ref('int_arr_items_resolved_to_accounts') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

starts_and_ends as (

    select
        account_id,
        product_id,
        currency,
        valid_from as changes_on,
        arr,
        list_arr,
        quantity
    from items
    where valid_to is null or valid_from < valid_to

    union all

    select
        account_id,
        product_id,
        currency,
        valid_to as changes_on,
        -arr as arr,
        -list_arr as list_arr,
        -quantity as quantity
    from items
    where valid_from < valid_to

),

-- What starts or ends after the as-of date is not known to any balance.
changes as (

    select
        starts_and_ends.account_id,
        starts_and_ends.product_id,
        starts_and_ends.currency,
        starts_and_ends.changes_on,
        cast(sum(starts_and_ends.arr) as decimal(18, 2)) as arr,
        cast(sum(starts_and_ends.list_arr) as decimal(18, 2)) as list_arr,
        cast(sum(starts_and_ends.quantity) as decimal(24, 6)) as quantity
    from starts_and_ends
    cross join policy
    where starts_and_ends.changes_on <= policy.as_of_date
    group by
        starts_and_ends.account_id,
        starts_and_ends.product_id,
        starts_and_ends.currency,
        starts_and_ends.changes_on

),

balances as (

    select
        account_id,
        product_id,
        currency,
        changes_on as valid_from,
        lead(changes_on) over changes_in_order as valid_to,
        sum(arr) over changes_in_order as arr,
        sum(list_arr) over changes_in_order as list_arr,
        sum(quantity) over changes_in_order as quantity
    from changes
    window
        changes_in_order as (
            partition by account_id, product_id, currency
            order by changes_on
        )

)

select
    account_id,
    product_id,
    currency,
    valid_from,
    valid_to,
    cast(arr as decimal(18, 2)) as arr,
    cast(list_arr as decimal(18, 2)) as list_arr,
    cast(quantity as decimal(24, 6)) as quantity
from balances
where arr <> 0
