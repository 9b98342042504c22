with

account_months as (

    select * from {{ ref('arr_account_months') }}

),

months as (

    select * from {{ ref('int_months') }}

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

scopes as (

    select * from {{ ref('int_scope_groups_spread_to_scopes') }}

),

last_month as (

    select month_number from {{ ref('int_months') }}
    where is_last_month

),

numbered as (

    select
        account_months.account_id,
        months.month_number,
        account_months.closing_arr
    from account_months
    inner join months on account_months.month_start = months.month_start
    where account_months.closing_arr > 0

),

first_months as (

    select
        account_id,
        min(month_number) as first_month
    from numbered
    group by account_id

),

-- The number of a quarter's last month: 24291, March 2024, for January to March.
cohorts as (

    select
        account_id,
        first_month,
        cast(ceiling(first_month / 3.0) * 3 as integer) as quarter_end
    from first_months

),

-- A cohort is as old as its youngest member can be.
ages as (

    select
        cohorts.account_id,
        cohorts.first_month,
        cohorts.quarter_end,
        {{ each_number(
            '0', 'cast(floor((last_month.month_number - cohorts.quarter_end) / 3.0) as integer) + 1'
        ) }} as quarters_since
    from cohorts
    cross join last_month
    where cohorts.quarter_end <= last_month.month_number

),

valued as (

    select
        ages.account_id,
        ages.quarter_end,
        ages.quarters_since,
        opening.closing_arr as opening_arr,
        coalesce(standing.closing_arr, 0) as closing_arr,
        standing.account_id is not null as is_kept
    from ages
    inner join numbered as opening
        on
            ages.account_id = opening.account_id
            and ages.first_month = opening.month_number
    left join numbered as standing
        on
            ages.account_id = standing.account_id
            and ages.first_month + 3 * ages.quarters_since = standing.month_number

),

summed as (

    select
        scopes.scope_type,
        scopes.scope_value,
        valued.quarter_end,
        valued.quarters_since,
        count(*) as n_accounts,
        count(*) filter (where valued.is_kept) as n_accounts_kept,
        sum(valued.opening_arr) as opening_arr,
        sum(valued.closing_arr) as closing_arr
    from valued
    inner join accounts on valued.account_id = accounts.account_id
    inner join scopes on accounts.group_id = scopes.group_id
    group by
        scopes.scope_type,
        scopes.scope_value,
        valued.quarter_end,
        valued.quarters_since

)

select
    summed.scope_type,
    summed.scope_value,
    cast({{ dbt.dateadd('month', -2, 'months.month_start') }} as date)
        as cohort_start,
    summed.quarters_since,
    summed.n_accounts,
    summed.n_accounts_kept,
    cast(summed.opening_arr as decimal(18, 2)) as opening_arr,
    cast(summed.closing_arr as decimal(18, 2)) as closing_arr,
    {{ rate('summed.closing_arr', 'summed.opening_arr') }} as net_retention_rate,
    {{ rate('summed.n_accounts_kept', 'summed.n_accounts') }} as logo_retention_rate
from summed
inner join months on summed.quarter_end = months.month_number
