-- Fails if the accounts behind a cell of retention are not the cell.
{{ config(meta={'dagster': {'ref': {'name': 'retention_accounts'}}}) }}
with

accounts as (

    select
        scope_type,
        scope_value,
        month_start,
        lag_months,
        sum(closing_arr) as closing_arr,
        sum(kept_arr) as kept_arr,
        count(*) filter (where is_kept) as n_kept_accounts,
        sum(greatest(opening_arr, 0)) as opening_arr,
        count(*) filter (where opening_arr > 0) as n_accounts,
        count(*) filter (where unknown_arr > 0) as n_unknown_accounts,
        sum(unknown_arr) as unknown_arr
    from {{ ref('retention_accounts') }}
    group by scope_type, scope_value, month_start, lag_months

),

cells as (

    select
        *,
        case
            when metric_id like '%_12m' then 12
            when metric_id like '%_3m' then 3
            else 1
        end as lag_months
    from {{ ref('retention_months') }}
    where metric_id <> 'nrr_flow_12m'

),

compared as (

    select
        cells.*,
        coalesce(
            case
                when cells.metric_id like 'net_%' then accounts.closing_arr
                when cells.metric_id like 'gross_%' then accounts.kept_arr
                else accounts.n_kept_accounts
            end,
            0
        ) as accounts_numerator,
        coalesce(
            case
                when cells.metric_id like 'logo_%' then accounts.n_accounts
                else accounts.opening_arr
            end,
            0
        ) as accounts_denominator,
        coalesce(accounts.n_unknown_accounts, 0) as n_accounts_unknown,
        coalesce(accounts.unknown_arr, 0) as accounts_unknown_arr
    from cells
    left join accounts
        on
            cells.scope_type = accounts.scope_type
            and cells.scope_value = accounts.scope_value
            and cells.month_start = accounts.month_start
            and cells.lag_months = accounts.lag_months

)

select * from compared
where
    numerator <> accounts_numerator
    or denominator <> accounts_denominator
    or n_unknown_accounts <> n_accounts_unknown
    or unknown_arr <> accounts_unknown_arr
