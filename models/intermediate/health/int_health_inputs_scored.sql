with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

inputs as (

    select * from {{ ref('int_health_inputs_stacked') }}

),

weights as (

    select * from {{ ref('stg_policy__health_weights') }}

),

policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

aged as (

    select
        present.account_id,
        present.month_number,
        weights.input,
        weights.weight,
        weights.max_age_days,
        weights.worst_value,
        weights.best_value,
        inputs.measured_value,
        inputs.observed_on,
        {{ dbt.datediff('inputs.observed_on', 'present.balance_on', 'day') }}
            as age_days
    from present
    cross join weights
    left join inputs
        on
            present.account_id = inputs.account_id
            and present.month_number = inputs.month_number
            and weights.input = inputs.input

),

-- Too old is unknown: 0 points would call an account unhealthy that nobody asked.
judged as (

    select
        account_id,
        month_number,
        input,
        measured_value,
        observed_on,
        age_days,
        weight,
        case
            when age_days <= max_age_days
                then cast(100 * least(1, greatest(
                    0, (measured_value - worst_value) / (best_value - worst_value)
                )) as decimal(18, 2))
        end as points,
        case
            when age_days is null then 'no data'
            when age_days > max_age_days
                then concat('older than ', max_age_days, ' days')
        end as reason
    from aged

),

weighed as (

    select
        *,
        sum(case when points is not null then weight end) over account_months
            as known_weight,
        sum(weight) over account_months as total_weight,
        sum(cast(points as decimal(38, 2)) * weight) over inputs_in_order
            as weighted_points
    from judged
    window
        account_months as (partition by account_id, month_number),
        inputs_in_order as (
            partition by account_id, month_number
            order by input
            rows between unbounded preceding and current row
        )

),

running as (

    select
        *,
        coalesce(known_weight, 0) / total_weight as evidence_rate,
        cast(weighted_points / known_weight as decimal(18, 2)) as running_score
    from weighed

)

-- Cut from the running score, so that the cents of the contributions are the score's.
select
    running.account_id,
    running.month_number,
    running.input,
    running.measured_value,
    running.observed_on,
    running.age_days,
    running.points,
    running.weight,
    case
        when
            running.points is not null
            and running.evidence_rate >= policy.health_least_evidence_rate
            then running.running_score - coalesce(
                lag(running.running_score) over (
                    partition by running.account_id, running.month_number
                    order by running.input
                ),
                0
            )
    end as contribution,
    running.reason
from running
cross join policy
