with

inputs as (

    select * from {{ ref('int_health_inputs_scored') }}

),

months as (

    select * from {{ ref('int_months') }}

),

policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

scored as (

    select
        account_id,
        month_number,
        sum(contribution) as score,
        count(points) as n_inputs,
        coalesce(sum(weight) filter (where points is not null), 0) as known_weight,
        sum(weight) as total_weight,
        {{ dbt.listagg("concat(input, ' (', reason, ')')", "', '", 'order by input') }}
            filter (where reason is not null) as unknown_inputs
    from inputs
    group by account_id, month_number

)

select
    scored.account_id,
    months.month_start,
    cast(scored.score as decimal(18, 2)) as score,
    case
        when scored.score < policy.health_red_below then 'red'
        when scored.score >= policy.health_green_from then 'green'
        when scored.score is not null then 'yellow'
    end as band,
    cast(scored.known_weight as decimal(18, 6)) as known_weight,
    cast(scored.total_weight as decimal(18, 6)) as total_weight,
    cast(scored.known_weight / scored.total_weight as decimal(18, 6)) as evidence_rate,
    cast(scored.n_inputs as integer) as n_inputs,
    case when scored.score is null then scored.unknown_inputs end as missing_reason
from scored
inner join months on scored.month_number = months.month_number
cross join policy
