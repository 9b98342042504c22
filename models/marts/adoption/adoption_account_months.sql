with

account_months as (

    select * from {{ ref('int_adoption_measured_in_account_months') }}

),

unknown_months as (

    select * from {{ ref('int_adoption_unknown_in_months') }}

)

-- Counts are of what was admitted, so they are no more than there was; what is divided
-- by them, or asks what came first, may be too high where rows were refused.
select
    account_months.account_id,
    account_months.month_start,
    account_months.active_users,
    case when unknown_months.account_id is null then account_months.new_users end
        as new_users,
    account_months.seats,
    account_months.seated_users,
    case
        when
            not coalesce(unknown_months.is_unknown, false)
            then account_months.seat_utilisation_rate
    end
        as seat_utilisation_rate,
    account_months.n_features_adopted,
    account_months.n_features_entitled,
    case
        when
            not coalesce(unknown_months.is_unknown, false)
            then account_months.breadth_rate
    end
        as breadth_rate,
    account_months.core_events,
    case
        when not coalesce(unknown_months.is_unknown, false) then account_months.depth
    end
        as depth,
    account_months.user_days,
    case
        when
            not coalesce(unknown_months.is_unknown, false)
            then account_months.stickiness_rate
    end
        as stickiness_rate,
    account_months.last_used_on,
    coalesce(unknown_months.is_unknown, false) as is_unknown
from account_months
left join unknown_months
    on
        account_months.account_id = unknown_months.account_id
        and account_months.month_start = unknown_months.month_start
