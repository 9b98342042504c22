with

opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}
    where opportunity_type = 'expansion'

),

resolved as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- A deal closed after the as-of date is open on it, at a stage the data no longer has.
dated as (

    select
        opportunities.opportunity_id,
        accounts.account_id,
        accounts.segment,
        coalesce(opportunities.is_closed, false)
        and opportunities.close_on <= policy.as_of_date as is_closed,
        coalesce(opportunities.is_won, false) as is_won,
        case
            when not coalesce(opportunities.is_closed, false) then opportunities.stage
        end as open_stage,
        opportunities.created_on,
        opportunities.close_on,
        policy.as_of_date,
        cast(round(opportunities.amount_arr, 2) as decimal(18, 2)) as local_arr,
        rates.rate
    from opportunities
    inner join resolved on opportunities.account_id = resolved.account_id
    inner join accounts on resolved.ultimate_account_id = accounts.account_id
    cross join policy
    inner join rates
        on
            opportunities.currency = rates.currency
            and policy.last_month >= rates.first_month
            and policy.last_month < rates.end_month
    where opportunities.created_on <= policy.as_of_date

)

select
    opportunity_id,
    account_id,
    segment,
    is_closed,
    is_closed and is_won as is_won,
    case when not is_closed then coalesce(open_stage, 'unspecified') end as stage,
    {{ dbt.datediff(
        'created_on', 'case when is_closed then close_on else as_of_date end', 'day'
    ) }} as age_days,
    cast({{ to_reporting_currency('local_arr', 'rate') }} as decimal(18, 2))
        as amount_arr
from dated
