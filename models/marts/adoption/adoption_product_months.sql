with

entitled as (

    select * from {{ ref('int_products_entitled_in_months') }}

),

features as (

    select * from {{ ref('int_features_counted_to_product_months') }}

),

users as (

    select * from {{ ref('int_users_counted_to_product_months') }}

),

months as (

    select * from {{ ref('int_months_stamped_by_usage') }}

),

product_months as (

    select
        coalesce(entitled.account_id, features.account_id) as account_id,
        coalesce(entitled.product_id, features.product_id) as product_id,
        coalesce(entitled.month_number, features.month_number) as month_number,
        entitled.seats,
        entitled.entitled_on,
        coalesce(features.n_features_entitled, 0) as n_features_entitled,
        features.n_features_adopted,
        features.core_events,
        features.is_adopted
    from entitled
    full outer join features
        on
            entitled.account_id = features.account_id
            and entitled.product_id = features.product_id
            and entitled.month_number = features.month_number

),

-- What a month knows: when the product was first had, and first adopted, until then.
so_far as (

    select
        product_months.*,
        months.month_start,
        months.is_logged,
        min(product_months.entitled_on) over up_to_the_month as first_entitled_on,
        min(months.month_start) filter (where product_months.is_adopted)
            over up_to_the_month as adopted_month,
        min(months.balance_on) filter (where product_months.is_adopted)
            over up_to_the_month as adopted_on
    from product_months
    inner join months on product_months.month_number = months.month_number
    window
        up_to_the_month as (
            partition by product_months.account_id, product_months.product_id
            order by product_months.month_number
        )

),

counted as (

    select
        so_far.account_id,
        so_far.product_id,
        so_far.month_start,
        so_far.seats,
        so_far.n_features_entitled,
        so_far.first_entitled_on,
        so_far.adopted_month,
        so_far.adopted_on,
        -- Before the log begins nobody knows: that is not the same as none.
        case when so_far.is_logged then coalesce(so_far.n_features_adopted, 0) end
            as n_features_adopted,
        case when so_far.is_logged then coalesce(so_far.core_events, 0) end
            as core_events,
        case when so_far.is_logged then coalesce(users.active_users, 0) end
            as active_users,
        case when so_far.is_logged then coalesce(users.lasting_active_users, 0) end
            as lasting_active_users,
        case when so_far.is_logged then coalesce(users.user_days, 0) end
            as user_days,
        users.stickiness_rate
    from so_far
    left join users
        on
            so_far.account_id = users.account_id
            and so_far.product_id = users.product_id
            and so_far.month_number = users.month_number

)

select
    account_id,
    product_id,
    month_start,
    active_users,
    lasting_active_users,
    cast(seats as decimal(18, 6)) as seats,
    {{ rate('active_users', 'seats') }} as seat_utilisation_rate,
    n_features_adopted,
    n_features_entitled,
    {{ rate('n_features_adopted', 'n_features_entitled') }} as breadth_rate,
    core_events,
    {{ rate('core_events', 'active_users') }} as depth,
    user_days,
    stickiness_rate,
    first_entitled_on as entitled_on,
    adopted_month,
    cast({{ dbt.datediff(
        'first_entitled_on', 'adopted_on', 'day'
    ) }} as integer) as days_to_adopt,
    case when first_entitled_on is not null then adopted_month is null end
        as is_censored
from counted
