with

refused_amounts as (

    select * from {{ ref('refused_amounts') }}

),

refused_rows as (

    select distinct
        table_name,
        row_key
    from {{ ref('refused_rows') }}

),

cut_items as (

    select * from {{ ref('int_arr_items_cut_at_unknown_periods') }}
    where not is_known

),

priced as (

    select * from {{ ref('int_subscription_items_priced') }}

),

status_periods as (

    select * from {{ ref('int_subscription_statuses_cut_to_periods') }}
    where status = 'unknown'

),

items as (

    select
        staged_items.*,
        {{ annualised_amount('staged_items') }} as list_arr
    from {{ ref('stg_billing__subscription_items') }} as staged_items
    where staged_items.charge_type = 'recurring'

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

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

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- Who was refused first takes the others with it: the account its subscriptions, and
-- they and the product their items.
refused_items as (

    select
        case
            when refused_accounts.row_key is not null then 'crm__accounts'
            when refused_subscriptions.row_key is not null then 'billing__subscriptions'
            when refused_products.row_key is not null then 'billing__products'
            else refused_amounts.table_name
        end as table_name,
        coalesce(
            refused_accounts.row_key,
            refused_subscriptions.row_key,
            refused_products.row_key,
            refused_amounts.row_key
        ) as row_key,
        refused_amounts.row_key as item_id,
        refused_amounts.table_name = 'finance__arr_adjustments' as is_adjustment,
        refused_amounts.account_id,
        refused_amounts.product_id,
        refused_amounts.currency,
        case
            when refused_amounts.table_name = 'finance__arr_adjustments'
                then refused_amounts.arr
            when refused_amounts.arr < 0 then 0
            else refused_amounts.arr
        end as arr,
        refused_amounts.valid_from,
        refused_amounts.valid_to
    from refused_amounts
    left join refused_rows as refused_accounts
        on
            refused_accounts.table_name = 'crm__accounts'
            and refused_amounts.account_id = refused_accounts.row_key
    left join refused_rows as refused_subscriptions
        on
            refused_subscriptions.table_name = 'billing__subscriptions'
            and refused_amounts.subscription_id = refused_subscriptions.row_key
    left join refused_rows as refused_products
        on
            refused_products.table_name = 'billing__products'
            and refused_amounts.product_id = refused_products.row_key

),

-- Items that would bear ARR, did a refused row not leave it unknown at what price.
unpriced_items as (

    select
        cut_items.table_name,
        cut_items.row_key,
        cut_items.item_id,
        cut_items.is_adjustment,
        priced.account_id,
        priced.product_id,
        priced.currency,
        priced.list_arr as arr,
        cut_items.valid_from,
        cut_items.valid_to
    from cut_items
    inner join priced
        on
            cut_items.item_id = priced.item_id
            and cut_items.period_from = priced.valid_from
    where not cut_items.is_adjustment

    union all

    select
        cut_items.table_name,
        cut_items.row_key,
        cut_items.item_id,
        cut_items.is_adjustment,
        adjustments.account_id,
        adjustments.product_id,
        adjustments.currency,
        adjustments.arr_amount as arr,
        cut_items.valid_from,
        cut_items.valid_to
    from cut_items
    inner join adjustments on cut_items.item_id = adjustments.adjustment_id
    where cut_items.is_adjustment

),

-- Items of which a refused status leaves unknown whether they are in service.
served as (

    select
        subscriptions.subscription_id,
        subscriptions.account_id,
        subscriptions.currency,
        greatest(
            subscriptions.started_on, {{ counted_trial_end('subscriptions') }}
        ) as valid_from,
        subscriptions.ends_on as valid_to
    from subscriptions
    cross join policy

),

unserved_items as (

    select
        'billing__subscription_statuses' as table_name,
        status_periods.row_key,
        items.item_id,
        false as is_adjustment,
        served.account_id,
        items.product_id,
        served.currency,
        case when items.list_arr < 0 then 0 else items.list_arr end as arr,
        greatest(items.valid_from, served.valid_from, status_periods.valid_from)
            as valid_from,
        least(items.valid_to, served.valid_to, status_periods.valid_to) as valid_to
    from status_periods
    inner join served on status_periods.subscription_id = served.subscription_id
    inner join items on status_periods.subscription_id = items.subscription_id

),

missing as (

    select * from refused_items
    union all
    select * from unpriced_items
    union all
    select * from unserved_items

)

select
    missing.table_name,
    missing.row_key,
    missing.item_id,
    missing.is_adjustment,
    accounts.ultimate_account_id as account_id,
    coalesce(products.present_product_id, missing.product_id) as product_id,
    missing.currency,
    cast(missing.arr as decimal(18, 2)) as arr,
    missing.valid_from,
    missing.valid_to
from missing
left join accounts on missing.account_id = accounts.account_id
left join products on missing.product_id = products.product_id
where
    missing.valid_to is null
    or missing.valid_from is null
    or missing.valid_from < missing.valid_to
