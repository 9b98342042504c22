with

account_months as (

    select * from {{ ref('adoption_account_months') }}
    where not is_unknown

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

scopes as (

    select * from {{ ref('int_scope_groups_spread_to_scopes') }}

),

summed as (

    select
        scopes.scope_type,
        scopes.scope_value,
        account_months.month_start,
        count(*) as n_accounts,
        count(*) filter (where account_months.active_users > 0) as n_active_accounts,
        sum(account_months.active_users) as active_users,
        sum(account_months.new_users) as new_users,
        sum(account_months.seats) as seats,
        sum(account_months.seated_users) as seated_users,
        sum(account_months.n_features_adopted) as n_features_adopted,
        sum(account_months.n_features_entitled) as n_features_entitled
    from account_months
    inner join accounts on account_months.account_id = accounts.account_id
    inner join scopes on accounts.group_id = scopes.group_id
    group by scopes.scope_type, scopes.scope_value, account_months.month_start

)

select
    scope_type,
    scope_value,
    month_start,
    cast(n_accounts as bigint) as n_accounts,
    cast(n_active_accounts as bigint) as n_active_accounts,
    cast(active_users as bigint) as active_users,
    cast(new_users as bigint) as new_users,
    cast(seats as decimal(38, 6)) as seats,
    cast(seated_users as bigint) as seated_users,
    {{ rate('seated_users', 'seats') }} as seat_utilisation_rate,
    cast(n_features_adopted as bigint) as n_features_adopted,
    cast(n_features_entitled as bigint) as n_features_entitled,
    {{ rate('n_features_adopted', 'n_features_entitled') }} as breadth_rate
from summed
