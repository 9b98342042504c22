with

inputs as (

    select * from {{ ref('int_health_inputs_scored') }}

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
        {{ dbt.listagg(
            "case when reason is not null then concat(input, ' (', reason, ')') end",
            "', '",
            'order by input'
        ) }} as unknown_inputs
    from inputs
    group by account_id, month_number

)

select
    scored.account_id,
    scored.month_number,
    scored.score,
    scored.n_inputs,
    scored.known_weight,
    scored.total_weight,
    case
        when scored.score < policy.health_red_below then 'red'
        when scored.score < policy.health_green_from then 'yellow'
        when scored.score is not null then 'green'
    end as band,
    case when scored.score is null then scored.unknown_inputs end as missing_reason
from scored
cross join policy
