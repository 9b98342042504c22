with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

inputs as (

    select * from {{ ref('int_health_inputs_stacked') }}

),

weights as (

    select * from {{ ref('health_weights') }}

),

policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

unknown_periods as (

    select * from {{ ref('int_health_inputs_unknown_in_periods') }}

),

aged as (

    select
        present.account_id,
        present.month_number,
        weights.input,
        weights.weight,
        weights.max_age_days,
        weights.window_days,
        weights.worst_value,
        weights.best_value,
        inputs.measured_value,
        inputs.observed_on,
        present.balance_on,
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

-- Rows that were refused may have made an input worse as long as they would have been
-- looked back at, and afterwards where nothing else is known of it.
in_doubt as (

    select distinct
        aged.account_id,
        aged.month_number,
        aged.input
    from aged
    inner join unknown_periods
        on
            aged.input = unknown_periods.input
            and aged.account_id = unknown_periods.account_id
            and (
                unknown_periods.valid_from is null
                or aged.balance_on >= unknown_periods.valid_from
            )
            and (
                aged.age_days is null
                or aged.age_days > aged.max_age_days
                or (
                    not unknown_periods.is_silence_only
                    and (
                        unknown_periods.valid_to is null
                        or {{ dbt.datediff(
                            'unknown_periods.valid_to', 'aged.balance_on', 'day'
                        ) }} <= coalesce(aged.window_days, 0) + aged.max_age_days
                    )
                )
            )

    union

    -- Of a source without an account: it may be newer than the newest row admitted.
    select
        aged.account_id,
        aged.month_number,
        aged.input
    from aged
    inner join unknown_periods
        on
            aged.input = unknown_periods.input
            and aged.age_days > aged.max_age_days
            and (
                unknown_periods.valid_from is null
                or (
                    aged.observed_on < unknown_periods.valid_from
                    and aged.balance_on >= unknown_periods.valid_from
                )
            )
    where unknown_periods.account_id is null

),

-- Too old is unknown: 0 points would call an account unhealthy that nobody asked.
judged as (

    select
        aged.account_id,
        aged.month_number,
        aged.input,
        aged.measured_value,
        aged.observed_on,
        aged.age_days,
        aged.weight,
        in_doubt.account_id is not null as is_in_doubt,
        case
            when in_doubt.account_id is null and aged.age_days <= aged.max_age_days
                then cast(100 * least(1, greatest(
                    0,
                    (aged.measured_value - aged.worst_value)
                    / (aged.best_value - aged.worst_value)
                )) as decimal(18, 2))
        end as points,
        case
            when in_doubt.account_id is not null then 'rows refused'
            when aged.age_days is null then 'no data'
            when aged.age_days > aged.max_age_days
                then concat('older than ', aged.max_age_days, ' days')
        end as reason
    from aged
    left join in_doubt
        on
            aged.account_id = in_doubt.account_id
            and aged.month_number = in_doubt.month_number
            and aged.input = in_doubt.input

),

weighed as (

    select
        *,
        sum(case when points is not null then weight end) over account_months
            as known_weight,
        sum(weight) over account_months as total_weight,
        max(case when is_in_doubt then 1 else 0 end) over account_months
            as has_doubt,
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

-- Without an input in doubt the others would weigh more, and the score might rise:
-- there is none. Cut from the running score, so that the cents of the contributions are
-- the score's.
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
            and running.has_doubt = 0
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
