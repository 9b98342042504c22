with

items as (

    select * from {{ ref('stg_billing__subscription_items') }}
    where charge_type = 'recurring'

),

paid as (

    select * from {{ ref('int_subscriptions_resolved_to_bearing_periods') }}

),

free as (

    select * from {{ ref('int_subscriptions_resolved_to_free_periods') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

),

unknown_periods as (

    select * from {{ ref('int_accounts_unknown_in_periods') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

free_items as (

    select
        items.item_id,
        free.subscription_id,
        free.free_since,
        accounts.ultimate_account_id,
        products.product_family,
        greatest(items.valid_from, free.valid_from) as valid_from,
        least(items.valid_to, free.valid_to) as valid_to
    from items
    inner join free on items.subscription_id = free.subscription_id
    inner join accounts on free.account_id = accounts.account_id
    inner join products on items.product_id = products.product_id

),

families as (

    select distinct
        ultimate_account_id,
        product_family
    from free_items

),

paid_items as (

    select
        accounts.ultimate_account_id,
        products.product_family,
        greatest(items.valid_from, paid.valid_from) as valid_from,
        least(items.valid_to, paid.valid_to) as valid_to
    from items
    inner join paid on items.subscription_id = paid.subscription_id
    inner join accounts on paid.account_id = accounts.account_id
    inner join products on items.product_id = products.product_id
    inner join families
        on
            accounts.ultimate_account_id = families.ultimate_account_id
            and products.product_family = families.product_family
    where {{ interval_price('items') }} > 0

),

reached as (

    select
        ultimate_account_id,
        product_family,
        valid_from,
        max(coalesce(valid_to, cast('9999-12-31' as date))) over (
            partition by ultimate_account_id, product_family
            order by valid_from
            rows between unbounded preceding and 1 preceding
        ) as covered_to
    from paid_items
    where valid_to is null or valid_from < valid_to

),

-- Time in which nobody of the account pays for a product of the family.
unpaid as (

    select
        ultimate_account_id,
        product_family,
        covered_to as valid_from,
        valid_from as valid_to
    from reached
    where covered_to < valid_from

    union all

    select
        ultimate_account_id,
        product_family,
        max(valid_to) as valid_from,
        cast(null as date) as valid_to
    from paid_items
    where valid_to is null or valid_from < valid_to
    group by ultimate_account_id, product_family
    having count(*) = count(valid_to)

),

-- What is free goes on with what was paid: not beside it, and not after a break.
continued as (

    select
        free_items.item_id,
        free_items.subscription_id,
        free_items.ultimate_account_id,
        unpaid.valid_from as unpaid_since,
        greatest(free_items.valid_from, unpaid.valid_from) as valid_from,
        least(free_items.valid_to, unpaid.valid_to) as valid_to
    from free_items
    cross join policy
    inner join unpaid
        on
            free_items.ultimate_account_id = unpaid.ultimate_account_id
            and free_items.product_family = unpaid.product_family
            and {{ dbt.datediff('unpaid.valid_from', 'free_items.free_since', 'day') }}
            <= policy.renewal_grace_days
    where policy.trial_of_a_customer = 'continues'

),

-- From a refused row on nobody knows what was paid, or what free stands beside.
known as (

    select
        continued.item_id,
        continued.subscription_id,
        continued.valid_from,
        least(
            continued.valid_to,
            min(
                case
                    when unknown_periods.account_id is not null
                        then coalesce(unknown_periods.valid_from, continued.valid_from)
                end
            )
        ) as valid_to
    from continued
    left join unknown_periods
        on
            continued.ultimate_account_id = unknown_periods.account_id
            and (
                unknown_periods.valid_to is null
                or continued.unpaid_since < unknown_periods.valid_to
            )
    group by
        continued.item_id,
        continued.subscription_id,
        continued.valid_from,
        continued.valid_to

)

select
    item_id,
    subscription_id,
    valid_from,
    valid_to
from known
where valid_to is null or valid_from < valid_to
