with

product_months as (

    select * from {{ ref('adoption_product_months') }}

),

users as (

    select * from {{ ref('int_users_counted_to_account_months') }}

),

months as (

    select * from {{ ref('int_months_stamped_by_usage') }}

),

account_months as (

    select
        product_months.account_id,
        months.month_number,
        months.month_start,
        months.is_logged,
        sum(product_months.seats) as seats,
        sum(product_months.n_features_adopted) as n_features_adopted,
        sum(product_months.n_features_entitled) as n_features_entitled,
        sum(product_months.core_events) as core_events
    from product_months
    inner join months on product_months.month_start = months.month_start
    group by
        product_months.account_id,
        months.month_number,
        months.month_start,
        months.is_logged

),

-- People are counted once, whichever products they use.
counted as (

    select
        account_months.*,
        case when account_months.is_logged then coalesce(users.active_users, 0) end
            as active_users,
        case when account_months.is_logged then coalesce(users.new_users, 0) end
            as new_users,
        case when account_months.is_logged then coalesce(users.user_days, 0) end
            as user_days,
        users.stickiness_rate,
        max(users.last_used_on) over (
            partition by account_months.account_id
            order by account_months.month_number
        ) as last_used_on
    from account_months
    left join users
        on
            account_months.account_id = users.account_id
            and account_months.month_number = users.month_number

)

select
    account_id,
    month_start,
    active_users,
    new_users,
    cast(seats as decimal(18, 6)) as seats,
    {{ rate('active_users', 'seats') }} as seat_utilisation_rate,
    cast(n_features_adopted as bigint) as n_features_adopted,
    cast(n_features_entitled as bigint) as n_features_entitled,
    {{ rate('n_features_adopted', 'n_features_entitled') }} as breadth_rate,
    cast(core_events as bigint) as core_events,
    {{ rate('core_events', 'active_users') }} as depth,
    user_days,
    stickiness_rate,
    last_used_on
from counted
