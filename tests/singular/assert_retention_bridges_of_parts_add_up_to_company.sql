-- Fails if the steps of a scope type's parts are not the company's, account by account:
-- the bridge from the company to each scope. What an account adds in one family and
-- gives up in another nets at the company, so there its movements add up together.
{{ config(meta={'dagster': {'ref': {'name': 'retention_bridge'}}}) }}
with

bridge as (

    select
        scope_type,
        month_start,
        account_id,
        sum(case when step = 'fx' then numerator_delta else 0 end) as fx_delta,
        sum(case when step = 'reactivation' then numerator_delta else 0 end)
            as reactivation_delta,
        sum(numerator_delta) as numerator_delta,
        sum(case when scope_type = 'product_family' then 0 else denominator_delta end)
            as denominator_delta
    from {{ ref('retention_bridge') }}
    group by scope_type, month_start, account_id

),

company as (

    select * from bridge
    where scope_type = 'company'

),

scope_types as (

    select distinct scope_type from {{ ref('arr_bridge_months') }}
    where scope_type <> 'company'

),

company_by_type as (

    select
        scope_types.scope_type,
        company.month_start,
        company.account_id,
        company.fx_delta,
        company.reactivation_delta,
        company.numerator_delta,
        case
            when scope_types.scope_type = 'product_family' then 0
            else company.denominator_delta
        end as denominator_delta
    from company
    cross join scope_types

),

differences as (

    select
        scope_type,
        month_start,
        account_id,
        fx_delta,
        reactivation_delta,
        numerator_delta,
        denominator_delta
    from bridge
    where scope_type <> 'company'

    union all

    select
        scope_type,
        month_start,
        account_id,
        -fx_delta as fx_delta,
        -reactivation_delta as reactivation_delta,
        -numerator_delta as numerator_delta,
        -denominator_delta as denominator_delta
    from company_by_type

)

select
    scope_type,
    month_start,
    account_id,
    sum(fx_delta) as fx_delta,
    sum(reactivation_delta) as reactivation_delta,
    sum(numerator_delta) as numerator_delta,
    sum(denominator_delta) as denominator_delta
from differences
group by scope_type, month_start, account_id
having
    sum(fx_delta) <> 0
    or sum(reactivation_delta) <> 0
    or sum(numerator_delta) <> 0
    or sum(denominator_delta) <> 0
