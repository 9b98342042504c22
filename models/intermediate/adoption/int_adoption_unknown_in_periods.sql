with

incomplete as (

    select * from {{ ref('incomplete_keys') }}
    where key_value is not null and unknown_figure in ('adoption', 'account')

),

usage_months as (

    select * from {{ ref('stg_product__usage_months') }}
    where
        feature_key in (
            select features.feature_key
            from {{ ref('stg_product__features') }} as features
            where features.product_id in (
                select incomplete.key_value
                from incomplete
                where incomplete.key_type = 'product'
            )
        )
        or feature_key in (
            select incomplete.key_value
            from incomplete
            where incomplete.key_type = 'feature'
        )

),

features as (

    select * from {{ ref('stg_product__features') }}

),

entitlements as (

    select * from {{ ref('stg_product__entitlements') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

linked as (

    select * from {{ ref('int_refused_accounts_linked_to_present') }}

),

present_accounts as (

    select
        account_id,
        ultimate_account_id
    from accounts

    union

    select
        refused_account_id as account_id,
        account_id as ultimate_account_id
    from linked

),

-- A feature or a product is that of whoever uses it or may use it.
users as (

    select
        'account' as key_type,
        account_id as key_value,
        account_id
    from present_accounts

    union

    select
        'feature' as key_type,
        feature_key as key_value,
        account_id
    from usage_months

    union

    select
        'product' as key_type,
        features.product_id as key_value,
        usage_months.account_id
    from usage_months
    inner join features on usage_months.feature_key = features.feature_key

    union

    select
        'product' as key_type,
        product_id as key_value,
        account_id
    from entitlements

)

select
    present_accounts.ultimate_account_id as account_id,
    incomplete.table_name,
    incomplete.valid_from,
    incomplete.valid_to
from incomplete
inner join users
    on incomplete.key_type = users.key_type and incomplete.key_value = users.key_value
inner join present_accounts on users.account_id = present_accounts.account_id
