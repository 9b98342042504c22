with

snapshots as (

    select * from {{ ref('int_snapshots_placed_in_scopes') }}

),

lags as (

    select 1 as lag_months
    union all
    select 3 as lag_months
    union all
    select 12 as lag_months

),

looked_back_at as (

    select
        snapshots.month_start,
        snapshots.scopes_of,
        snapshots.scope_type,
        snapshots.scope_value,
        snapshots.account_id,
        lags.lag_months,
        snapshots.closing_arr,
        case lags.lag_months
            when 12 then snapshots.opening_arr_12m
            when 3 then snapshots.opening_arr_3m
            else snapshots.opening_arr_1m
        end as opening_arr
    from snapshots
    cross join lags

),

-- The cohort of a family is the company's: what it bought in the family since then
-- counts.
met as (

    select
        *,
        sum(opening_arr) over (
            partition by month_start, scopes_of, scope_type, lag_months, account_id
        ) > 0 as is_in_cohort
    from looked_back_at
    -- An earlier version of the ledger froze no openings of three and one months.
    where opening_arr is not null

),

summed as (

    select
        month_start,
        scopes_of,
        scope_type,
        scope_value,
        lag_months,
        sum(case when is_in_cohort then closing_arr else 0 end) as closing_arr,
        sum(case when opening_arr > 0 then least(opening_arr, closing_arr) else 0 end)
            as kept_arr,
        count(*) filter (where opening_arr > 0 and closing_arr > 0) as n_kept_accounts,
        sum(greatest(opening_arr, 0)) as opening_arr,
        count(*) filter (where opening_arr > 0) as n_accounts
    from met
    group by month_start, scopes_of, scope_type, scope_value, lag_months

),

metrics as (

    select
        *,
        concat('net_revenue_retention_', lag_months, 'm') as metric_id,
        closing_arr as numerator,
        opening_arr as denominator
    from summed

    union all

    select
        *,
        concat('gross_revenue_retention_', lag_months, 'm') as metric_id,
        kept_arr as numerator,
        opening_arr as denominator
    from summed

    union all

    select
        *,
        concat('logo_retention_', lag_months, 'm') as metric_id,
        n_kept_accounts as numerator,
        n_accounts as denominator
    from summed

)

select
    month_start,
    scopes_of,
    scope_type,
    scope_value,
    metric_id,
    cast(numerator as decimal(18, 2)) as numerator,
    cast(denominator as decimal(18, 2)) as denominator
from metrics
