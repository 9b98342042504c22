with

product_months as (

    select * from {{ ref('int_adoption_measured_in_product_months') }}

),

unknown_months as (

    select * from {{ ref('int_adoption_unknown_in_months') }}

)

select
    product_months.account_id,
    product_months.product_id,
    product_months.month_start,
    product_months.active_users,
    product_months.lasting_active_users,
    product_months.seats,
    case
        when
            not coalesce(unknown_months.is_unknown, false)
            then product_months.seat_utilisation_rate
    end
        as seat_utilisation_rate,
    product_months.n_features_adopted,
    product_months.n_features_entitled,
    case
        when
            not coalesce(unknown_months.is_unknown, false)
            then product_months.breadth_rate
    end
        as breadth_rate,
    product_months.core_events,
    case
        when not coalesce(unknown_months.is_unknown, false) then product_months.depth
    end
        as depth,
    product_months.user_days,
    case
        when
            not coalesce(unknown_months.is_unknown, false)
            then product_months.stickiness_rate
    end
        as stickiness_rate,
    product_months.entitled_on,
    product_months.adopted_month,
    case when unknown_months.account_id is null then product_months.days_to_adopt end
        as days_to_adopt,
    case when unknown_months.account_id is null then product_months.is_censored end
        as is_censored
from product_months
left join unknown_months
    on
        product_months.account_id = unknown_months.account_id
        and product_months.month_start = unknown_months.month_start
