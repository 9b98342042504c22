-- Fails if the parts of a scope type are not the company's retention: numerators and
-- denominators to the cent, shares to 1, contributions to its value and gaps to 0, as
-- stored. Or if a part, a month or a metric that adds up is not there, or another type
-- than families needs a row for what its parts have beyond the company.
{{ config(meta={'dagster': {'ref': {'name': 'retention_scope_bridge'}}}) }}
with

bridge as (

    select * from {{ ref('retention_scope_bridge') }}

),

retention as (

    select * from {{ ref('retention_months') }}

),

company as (

    select * from retention
    where scope_type = 'company' and denominator > 0

),

sums as (

    select
        scope_type,
        month_start,
        metric_id,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        sum(opening_share) as opening_share,
        sum(contribution) as contribution,
        sum(gap_explained) as gap_explained,
        count(*) filter (
            where scope_value = 'beyond the company' and scope_type <> 'product_family'
        ) as n_beyond,
        count(*) filter (where scope_value <> 'beyond the company') as n_parts
    from bridge
    group by scope_type, month_start, metric_id

),

expected as (

    select
        parts.scope_type,
        parts.month_start,
        parts.metric_id,
        company.numerator,
        company.denominator,
        company.value,
        count(*) as n_parts
    from retention as parts
    inner join company
        on
            parts.month_start = company.month_start
            and parts.metric_id = company.metric_id
    where
        parts.scope_type in ('segment', 'country', 'industry')
        or (
            parts.scope_type = 'product_family'
            and (parts.metric_id like 'net_%' or parts.metric_id = 'nrr_flow_12m')
        )
    group by
        parts.scope_type,
        parts.month_start,
        parts.metric_id,
        company.numerator,
        company.denominator,
        company.value
    -- Beyond it the company opened with too little to be a share of.
    having
        cast(
            sum(abs(parts.numerator) + abs(parts.denominator)) + abs(company.numerator)
            as double
        ) / company.denominator < 1e11

)

select
    expected.*,
    sums.numerator as sum_of_numerators,
    sums.denominator as sum_of_denominators,
    sums.opening_share,
    sums.contribution,
    sums.gap_explained
from expected
left join sums
    on
        expected.scope_type = sums.scope_type
        and expected.month_start = sums.month_start
        and expected.metric_id = sums.metric_id
where
    sums.numerator is null
    or expected.numerator <> sums.numerator
    or expected.denominator <> sums.denominator
    or expected.value <> sums.contribution
    or sums.opening_share <> 1
    or sums.gap_explained <> 0
    or sums.n_beyond <> 0
    or expected.n_parts <> sums.n_parts
