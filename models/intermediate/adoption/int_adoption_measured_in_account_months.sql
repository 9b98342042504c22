with

product_months as (

    select * from {{ ref('int_adoption_measured_in_product_months') }}

),

users as (

    select * from {{ ref('int_users_counted_to_account_months') }}

),

months as (

    {{ months_to_add('int_months_stamped', 'month_start') }}

),

account_months as (

    select
        product_months.account_id,
        months.month_number,
        months.month_start,
        months.balance_on,
        months.month_stamp,
        months.is_logged,
        sum(product_months.seats) as seats,
        sum(product_months.active_users) filter (where product_months.seats > 0)
            as seated_users,
        sum(product_months.n_features_adopted) as n_features_adopted,
        sum(product_months.n_features_entitled) as n_features_entitled,
        sum(product_months.core_events) as core_events
    from product_months
    inner join months on product_months.month_start = months.month_start
    group by
        product_months.account_id,
        months.month_number,
        months.month_start,
        months.balance_on,
        months.month_stamp,
        months.is_logged

),

uses as (

    select
        account_id,
        last_used_on,
        lead(last_used_on) over (
            partition by account_id
            order by last_used_on
        ) as next_used_on
    from users

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
        uses.last_used_on
    from account_months
    left join users
        on
            account_months.account_id = users.account_id
            and account_months.month_number = users.month_number
    left join uses
        on
            account_months.account_id = uses.account_id
            and account_months.balance_on >= uses.last_used_on
            and (
                uses.next_used_on is null
                or account_months.balance_on < uses.next_used_on
            )

)

select
    account_id,
    month_start,
    active_users,
    new_users,
    cast(seats as decimal(38, 6)) as seats,
    cast(seated_users as bigint) as seated_users,
    {{ rate('seated_users', 'seats') }} as seat_utilisation_rate,
    cast(n_features_adopted as bigint) as n_features_adopted,
    cast(n_features_entitled as bigint) as n_features_entitled,
    {{ rate('n_features_adopted', 'n_features_entitled') }} as breadth_rate,
    cast(core_events as bigint) as core_events,
    {{ rate('core_events', 'active_users') }} as depth,
    user_days,
    stickiness_rate,
    last_used_on,
    month_stamp
from counted
