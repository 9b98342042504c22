-- Fails if the numerators or denominators of a scope type's parts are not the
-- company's. An account kept in one family and lost in another is half kept, so gross
-- and logo retention of families are their own.
with

retention as (

    select * from {{ ref('retention_months') }}

),

parts as (

    select
        scope_type,
        month_start,
        metric_id,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from retention
    group by scope_type, month_start, metric_id

)

select
    parts.*,
    company.numerator as company_numerator,
    company.denominator as company_denominator
from parts
inner join retention as company
    on
        parts.month_start = company.month_start
        and parts.metric_id = company.metric_id
        and company.scope_type = 'company'
where
    (
        parts.scope_type <> 'product_family'
        and (
            parts.numerator <> company.numerator
            or parts.denominator <> company.denominator
        )
    )
    or (
        parts.scope_type = 'product_family'
        and parts.metric_id like 'net_revenue_retention%'
        and parts.numerator <> company.numerator
    )
