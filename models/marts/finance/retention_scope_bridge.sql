with

retention as (

    select * from {{ ref('retention_months') }}

),

company as (

    select * from retention
    where scope_type = 'company' and denominator > 0

),

-- An account is in several families: what one keeps and another loses is half kept, so
-- gross and logo retention of families have no company to add up to.
parts as (

    select
        retention.scope_type,
        retention.scope_value,
        retention.month_start,
        retention.metric_id,
        retention.numerator,
        retention.denominator,
        retention.value
    from retention
    where
        retention.scope_type <> 'company'
        and (
            retention.scope_type <> 'product_family'
            or retention.metric_id like 'net_%'
            or retention.metric_id like 'nrr_flow_%'
        )

),

-- From a cent to a billion is no ratio.
sizes as (

    select
        parts.scope_type,
        parts.month_start,
        parts.metric_id
    from parts
    inner join company
        on
            parts.month_start = company.month_start
            and parts.metric_id = company.metric_id
    group by
        parts.scope_type,
        parts.month_start,
        parts.metric_id,
        company.numerator,
        company.denominator
    having
        cast(
            sum(abs(parts.numerator) + abs(parts.denominator)) + abs(company.numerator)
            as double
        ) / company.denominator < 1e11

),

-- A family opened above 0 though the account did not, by an adjustment of another: what
-- the parts have beyond the company has a row of its own.
remainders as (

    select
        parts.scope_type,
        'beyond the company' as scope_value,
        parts.month_start,
        parts.metric_id,
        cast(max(company.numerator) - sum(parts.numerator) as decimal(18, 2))
            as numerator,
        cast(max(company.denominator) - sum(parts.denominator) as decimal(18, 2))
            as denominator,
        cast(null as decimal(18, 6)) as value
    from parts
    inner join company
        on
            parts.month_start = company.month_start
            and parts.metric_id = company.metric_id
    group by parts.scope_type, parts.month_start, parts.metric_id
    having
        max(company.numerator) <> sum(parts.numerator)
        or max(company.denominator) <> sum(parts.denominator)

),

stacked as (

    select * from parts
    union all
    select * from remainders

),

accumulated as (

    select
        stacked.*,
        company.numerator as company_numerator,
        company.denominator as company_denominator,
        company.value as company_value,
        sum(stacked.numerator) over parts_in_order as numerator_up_to,
        sum(stacked.denominator) over parts_in_order as denominator_up_to
    from stacked
    inner join company
        on
            stacked.month_start = company.month_start
            and stacked.metric_id = company.metric_id
    inner join sizes
        on
            stacked.scope_type = sizes.scope_type
            and stacked.month_start = sizes.month_start
            and stacked.metric_id = sizes.metric_id
    window
        parts_in_order as (
            partition by stacked.scope_type, stacked.month_start, stacked.metric_id
            order by stacked.scope_value
        )

),

-- Ratios are differences of what is rounded up to a part and before it, so that they
-- add up to the company's to the last digit.
rounded as (

    select
        *,
        {{ rate('denominator_up_to', 'company_denominator') }} as share_up_to,
        {{ rate('denominator_up_to - denominator', 'company_denominator') }}
            as share_before,
        {{ rate('numerator_up_to', 'company_denominator') }} as contribution_up_to,
        {{ rate('numerator_up_to - numerator', 'company_denominator') }}
            as contribution_before,
        cast(
            cast(company_numerator as double) / company_denominator
            * cast(denominator_up_to as double) / company_denominator as decimal(18, 6)
        ) as expected_up_to,
        cast(
            cast(company_numerator as double) / company_denominator
            * cast(denominator_up_to - denominator as double) / company_denominator
            as decimal(18, 6)
        ) as expected_before
    from accumulated

)

select
    scope_type,
    scope_value,
    month_start,
    metric_id,
    numerator,
    denominator,
    value,
    company_numerator,
    company_denominator,
    company_value,
    cast(share_up_to - share_before as decimal(18, 6)) as opening_share,
    cast(contribution_up_to - contribution_before as decimal(18, 6)) as contribution,
    cast(
        contribution_up_to - contribution_before - expected_up_to + expected_before
        as decimal(18, 6)
    ) as gap_explained
from rounded
