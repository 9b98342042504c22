with

deals as (

    select * from {{ ref('int_deals_dated_to_as_of') }}
    where is_won and opportunity_type = 'expansion'

),

matches as (

    select * from {{ ref('int_won_expansion_deals_matched_to_movements') }}

),

changes as (

    select * from {{ ref('int_balance_changes_summed_to_account_months') }}

),

policy as (

    select * from {{ ref('int_reconciliation_limits') }}

),

dated as (

    select
        deals.opportunity_id,
        deals.account_id,
        deals.amount_arr,
        deals.closed_on,
        cast({{ dbt.dateadd(
            'day', '-policy.crm_match_days', 'deals.closed_on'
        ) }} as date) as matched_from,
        cast({{ dbt.dateadd(
            'day', 'policy.crm_match_days', 'deals.closed_on'
        ) }} as date) as matched_to,
        policy.last_balance_on,
        policy.deal_amount_tolerance_rate
    from deals
    cross join policy

),

-- What happened to the account near the close, of this amount, and is no expansion.
surroundings as (

    select
        dated.opportunity_id,
        count(*) filter (
            where changes.movement in ('new', 'reactivation')
            and abs(dated.amount_arr - changes.moved_arr)
            <= cast(dated.deal_amount_tolerance_rate as decimal(38, 6))
            * changes.moved_arr
        ) as n_arrivals,
        count(*) filter (
            where changes.fx_arr <> 0
            and abs(dated.amount_arr - changes.fx_arr)
            <= cast(dated.deal_amount_tolerance_rate as decimal(38, 6))
            * abs(changes.fx_arr)
        ) as n_revaluations
    from dated
    inner join changes
        on
            dated.account_id = changes.account_id
            and changes.month_number >= {{ month_number('dated.matched_from') }}
            and changes.month_number <= {{ month_number('dated.matched_to') }}
    group by dated.opportunity_id

)

select
    dated.opportunity_id,
    dated.account_id,
    dated.amount_arr,
    dated.closed_on,
    cast({{ dbt.date_trunc('month', 'dated.closed_on') }} as date)
        as closed_month_start,
    matches.month_number,
    matches.days_apart,
    case
        when matches.opportunity_id is not null then 'matched'
        when dated.matched_to > dated.last_balance_on then 'waiting'
        when surroundings.n_revaluations > 0 then 'fx_only'
        when surroundings.n_arrivals > 0 then 'new_or_returning'
        else 'no_movement'
    end as reason
from dated
left join matches on dated.opportunity_id = matches.opportunity_id
left join surroundings on dated.opportunity_id = surroundings.opportunity_id
