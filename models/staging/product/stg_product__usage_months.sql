with

packed as (

    select * from {{ ref('stg_product__usage_packed') }}

),

settled as (

    select * from {{ ref('stg_product__usage_settled') }}

)

select
    packed.account_id,
    packed.user_id,
    packed.feature_key,
    packed.month_number,
    packed.balance_on,
    packed.n_raw_rows,
    case
        when packed.is_clear then packed.logged_days else settled.logged_days
    end as logged_days,
    case
        when packed.is_clear then packed.logged_days else settled.used_days
    end as used_days,
    case
        when packed.is_clear then coalesce(packed.n_events, 0) else settled.n_events
    end as n_events,
    case when packed.is_clear then packed.n_raw_rows else settled.n_rows end as n_rows
from packed
left join settled
    on
        packed.account_id = settled.account_id
        and packed.user_id = settled.user_id
        and packed.feature_key = settled.feature_key
        and packed.month_number = settled.month_number
