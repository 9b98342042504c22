with

packed as (

    select * from {{ ref('stg_product__usage_packed') }}

),

settled as (

    select * from {{ ref('stg_product__usage_settled') }}

)

select
    account_id,
    user_id,
    feature_key,
    month_number,
    balance_on,
    logged_days,
    logged_days as used_days,
    coalesce(n_events, 0) as n_events,
    n_raw_rows,
    n_raw_rows as n_rows
from packed
where is_clear

union all

select
    packed.account_id,
    packed.user_id,
    packed.feature_key,
    packed.month_number,
    packed.balance_on,
    settled.logged_days,
    settled.used_days,
    settled.n_events,
    packed.n_raw_rows,
    settled.n_rows
from packed
inner join settled
    on
        packed.account_id = settled.account_id
        and packed.user_id = settled.user_id
        and packed.feature_key = settled.feature_key
        and packed.month_number = settled.month_number
where not packed.is_clear
