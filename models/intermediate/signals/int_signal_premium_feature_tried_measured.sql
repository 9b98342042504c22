with

account_months as (

    select * from {{ ref('int_adoption_measured_in_account_months') }}
    where active_users is not null

),

trials as (

    select * from {{ ref('int_adoption_measured_in_feature_months') }}
    where is_premium and not is_entitled and n_users > 0

),

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

-- What an account does not have is known once entitlements are.
entitled_months as (

    select * from {{ ref('int_months_stamped') }}
    where has_entitlements

),

policy as (

    select * from {{ ref('stg_policy__signals') }}
    where signal = 'premium_feature_tried'

),

ranked as (

    select
        present.account_id,
        present.month_number,
        trials.product_id,
        trials.feature_key,
        coalesce(trials.n_users, 0) as n_users,
        row_number() over (
            partition by present.account_id, present.month_number
            order by trials.n_users desc, trials.product_id, trials.feature_key
        ) as place
    from present
    inner join entitled_months on present.month_number = entitled_months.month_number
    inner join account_months
        on
            present.account_id = account_months.account_id
            and present.month_start = account_months.month_start
    left join trials
        on
            present.account_id = trials.account_id
            and present.month_start = trials.month_start

),

measured as (

    select
        account_id,
        month_number,
        product_id,
        n_users,
        feature_key,
        cast(n_users as decimal(18, 6)) as value
    from ranked
    where place = 1

)

select
    measured.account_id,
    policy.signal,
    measured.month_number,
    measured.product_id,
    measured.value,
    {{ meets_threshold('measured.value') }} as is_fired,
    case
        when measured.product_id is null
            then concat(
                'no premium feature tried in the last ', policy.window_days, ' days'
            )
        else concat(
            measured.feature_key,
            ' of ',
            measured.product_id,
            ', which the account does not have, tried in the last ',
            policy.window_days,
            ' days by users: ',
            measured.n_users
        )
    end as evidence
from measured
cross join policy
