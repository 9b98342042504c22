with

all_entitlements as (

    select * from {{ ref('int_entitlements_resolved_to_accounts') }}

),

entitlements as (

    select * from {{ ref('int_entitlements_sampled_to_months') }}

),

all_features as (

    select * from {{ ref('int_features_counted_to_product_months') }}

),

users as (

    select * from {{ ref('int_users_counted_to_product_months') }}

),

all_months as (

    select * from {{ ref('int_months_stamped') }}

),

months as (

    {{ months_to_add('int_months_stamped', 'month_start') }}

),

-- A month knows of what came first only if it had come by then.
first_entitled as (

    select distinct
        account_id,
        product_id,
        entitled_on
    from all_entitlements

),

first_adopted as (

    select
        all_features.account_id,
        all_features.product_id,
        min(all_months.month_start) as month_start,
        min(all_months.balance_on) as balance_on
    from all_features
    inner join all_months on all_features.month_number = all_months.month_number
    where all_features.is_adopted
    group by all_features.account_id, all_features.product_id

),

features as (

    select *
    from all_features
    where month_number in (select months.month_number from months)

),

entitled as (

    select
        account_id,
        product_id,
        month_number,
        sum(limit_quantity) filter (where meter = 'seats') as seats
    from entitlements
    where month_number in (select months.month_number from months)
    group by account_id, product_id, month_number

),

product_months as (

    select
        coalesce(entitled.account_id, features.account_id) as account_id,
        coalesce(entitled.product_id, features.product_id) as product_id,
        coalesce(entitled.month_number, features.month_number) as month_number,
        entitled.seats,
        coalesce(features.n_features_entitled, 0) as n_features_entitled,
        features.n_features_adopted,
        features.core_events
    from entitled
    full outer join features
        on
            entitled.account_id = features.account_id
            and entitled.product_id = features.product_id
            and entitled.month_number = features.month_number

),

counted as (

    select
        product_months.account_id,
        product_months.product_id,
        months.month_start,
        months.month_stamp,
        product_months.seats,
        product_months.n_features_entitled,
        first_entitled.entitled_on,
        first_adopted.month_start as adopted_month,
        first_adopted.balance_on as adopted_on,
        -- Before the log begins nobody knows: that is not the same as none.
        case
            when months.is_logged
                then coalesce(product_months.n_features_adopted, 0)
        end as n_features_adopted,
        case when months.is_logged then coalesce(product_months.core_events, 0) end
            as core_events,
        case when months.is_logged then coalesce(users.active_users, 0) end
            as active_users,
        case when months.is_logged then coalesce(users.lasting_active_users, 0) end
            as lasting_active_users,
        case when months.is_logged then coalesce(users.user_days, 0) end
            as user_days,
        users.stickiness_rate
    from product_months
    inner join months on product_months.month_number = months.month_number
    left join users
        on
            product_months.account_id = users.account_id
            and product_months.product_id = users.product_id
            and product_months.month_number = users.month_number
    left join first_entitled
        on
            product_months.account_id = first_entitled.account_id
            and product_months.product_id = first_entitled.product_id
            and months.balance_on >= first_entitled.entitled_on
    left join first_adopted
        on
            product_months.account_id = first_adopted.account_id
            and product_months.product_id = first_adopted.product_id
            and months.month_start >= first_adopted.month_start

)

select
    account_id,
    product_id,
    month_start,
    active_users,
    lasting_active_users,
    cast(seats as decimal(38, 6)) as seats,
    {{ rate('active_users', 'seats') }} as seat_utilisation_rate,
    n_features_adopted,
    n_features_entitled,
    {{ rate('n_features_adopted', 'n_features_entitled') }} as breadth_rate,
    core_events,
    {{ rate('core_events', 'active_users') }} as depth,
    user_days,
    stickiness_rate,
    entitled_on,
    adopted_month,
    cast({{ dbt.datediff(
        'entitled_on', 'adopted_on', 'day'
    ) }} as integer) as days_to_adopt,
    case when entitled_on is not null then adopted_month is null end as is_censored,
    month_stamp
from counted
