with

opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}

),

resolved as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- A deal closed after the as-of date, or on no date, is open on it.
dated as (

    select
        opportunities.*,
        policy.last_month,
        case
            when opportunities.is_closed and opportunities.close_on <= policy.as_of_date
                then opportunities.close_on
        end as closed_on
    from opportunities
    cross join policy
    where opportunities.created_on <= policy.as_of_date

),

valued as (

    select
        *,
        {{ month_number('closed_on') }} as closed_month,
        cast(round(amount_arr, 2) as decimal(18, 2)) as local_arr
    from dated

)

select
    valued.opportunity_id,
    accounts.account_id,
    accounts.segment,
    valued.opportunity_type,
    products.present_product_id as product_id,
    valued.play,
    cast(
        {{ to_reporting_currency('valued.local_arr', 'rates.rate') }} as decimal(18, 2)
    ) as amount_arr,
    valued.created_on,
    valued.closed_on,
    case when valued.closed_on is not null then valued.is_won end as is_won,
    {{ dbt.datediff(
        'valued.created_on', 'valued.closed_on', 'day'
    ) }} as cycle_days
from valued
inner join resolved on valued.account_id = resolved.account_id
inner join accounts on resolved.ultimate_account_id = accounts.account_id
left join products on valued.product_id = products.product_id
inner join rates
    on
        valued.currency = rates.currency
        and least(valued.closed_month, valued.last_month) >= rates.first_month
        and least(valued.closed_month, valued.last_month) < rates.end_month
