-- Fails if the parts of a scope type are not the company, column by column. Families
-- share an account, so what one won and another lost nets at the company: their
-- expansion and contraction add up together, and their accounts are not counted up.
with

bridge as (

    select * from {{ ref('arr_bridge_months') }}

),

parts as (

    select
        scope_type,
        month_start,
        sum(opening_arr) as opening_arr,
        sum(new_arr) as new_arr,
        sum(reactivation_arr) as reactivation_arr,
        sum(churn_arr) as churn_arr,
        sum(fx_arr) as fx_arr,
        sum(closing_arr) as closing_arr,
        sum(expansion_arr + contraction_arr) as net_expansion_arr,
        sum(case when scope_type = 'product_family' then 0 else expansion_arr end)
            as expansion_arr,
        sum(case when scope_type = 'product_family' then 0 else n_accounts end)
            as n_accounts
    from bridge
    group by scope_type, month_start

)

select
    parts.*,
    company.closing_arr as company_closing_arr
from parts
inner join bridge as company
    on parts.month_start = company.month_start and company.scope_type = 'company'
where
    parts.opening_arr <> company.opening_arr
    or parts.new_arr <> company.new_arr
    or parts.reactivation_arr <> company.reactivation_arr
    or parts.churn_arr <> company.churn_arr
    or parts.fx_arr <> company.fx_arr
    or parts.closing_arr <> company.closing_arr
    or parts.net_expansion_arr <> company.expansion_arr + company.contraction_arr
    or (
        parts.scope_type <> 'product_family'
        and (
            parts.expansion_arr <> company.expansion_arr
            or parts.n_accounts <> company.n_accounts
        )
    )
