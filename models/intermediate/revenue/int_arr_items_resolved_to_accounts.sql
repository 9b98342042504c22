with

items as (

    select * from {{ ref('int_subscription_items_priced') }}

),

adjustments as (

    select * from {{ ref('stg_finance__arr_adjustments') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

),

cut_items as (

    select * from {{ ref('int_arr_items_cut_at_unknown_periods') }}

),

arr_items as (

    select
        item_id,
        false as is_adjustment,
        subscription_id,
        account_id,
        product_id,
        currency,
        item_starts_on,
        item_ends_on,
        is_contracted_step,
        valid_from,
        valid_to,
        signed_to,
        quantity,
        unit_list_arr,
        list_arr,
        arr
    from items

    union all

    -- An adjustment nobody approved is not in the books.
    select
        adjustment_id as item_id,
        true as is_adjustment,
        cast(null as {{ dbt.type_string() }}) as subscription_id,
        account_id,
        product_id,
        currency,
        valid_from as item_starts_on,
        valid_to as item_ends_on,
        false as is_contracted_step,
        valid_from,
        valid_to,
        valid_to as signed_to,
        cast(0 as decimal(18, 6)) as quantity,
        cast(null as decimal(38, 6)) as unit_list_arr,
        cast(arr_amount as decimal(18, 2)) as list_arr,
        cast(arr_amount as decimal(18, 2)) as arr
    from adjustments
    where approved_by is not null

)

select
    arr_items.item_id,
    arr_items.is_adjustment,
    arr_items.subscription_id,
    accounts.ultimate_account_id as account_id,
    products.present_product_id as product_id,
    arr_items.account_id as source_account_id,
    arr_items.product_id as source_product_id,
    arr_items.currency,
    arr_items.item_starts_on,
    arr_items.item_ends_on,
    arr_items.is_contracted_step,
    coalesce(cut_items.valid_from, arr_items.valid_from) as valid_from,
    case
        when cut_items.item_id is null then arr_items.valid_to else cut_items.valid_to
    end as valid_to,
    case
        when cut_items.item_id is null then arr_items.signed_to else cut_items.signed_to
    end as signed_to,
    arr_items.quantity,
    arr_items.unit_list_arr,
    arr_items.list_arr,
    arr_items.arr
from arr_items
inner join accounts on arr_items.account_id = accounts.account_id
inner join products on arr_items.product_id = products.product_id
left join cut_items
    on
        arr_items.is_adjustment = cut_items.is_adjustment
        and arr_items.item_id = cut_items.item_id
        and arr_items.valid_from = cut_items.period_from
-- What refused rows leave unknown bears nothing.
where
    coalesce(cut_items.is_known, true)
    and (arr_items.arr <> 0 or arr_items.list_arr <> 0)
