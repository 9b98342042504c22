with

movements as (

    select * from {{ ref('int_movements_stacked_by_group') }}

),

openings as (

    select * from {{ ref('int_openings_looked_back_at') }}
    where lag_months = 12

),

closings as (

    select * from {{ ref('int_closings_stacked_by_group') }}

),

cohort_runs as (

    select * from {{ ref('int_accounts_split_by_cohorts') }}

),

foreign_accounts as (

    select distinct account_id from {{ ref('int_foreign_balances_summed_to_groups') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- A movement counts in the flow of its own month and of the eleven after.
flows as (

    select
        movements.account_id,
        movements.group_id,
        movements.movement,
        movements.moved_arr,
        movements.fx_arr,
        cohort_runs.is_in_cohort,
        greatest(movements.month_number, cohort_runs.first_month) as first_month,
        least(movements.month_number + 12, cohort_runs.end_month) as end_month
    from movements
    inner join cohort_runs
        on
            movements.account_id = cohort_runs.account_id
            and movements.month_number < cohort_runs.end_month
            and movements.month_number + 12 > cohort_runs.first_month

),

looked_back as (

    select
        openings.account_id,
        openings.group_id,
        openings.opening_arr,
        foreign_accounts.account_id is not null as is_foreign,
        cohort_runs.is_in_cohort,
        greatest(openings.first_month, cohort_runs.first_month) as first_month,
        least(openings.end_month, cohort_runs.end_month) as end_month
    from openings
    inner join cohort_runs
        on
            openings.account_id = cohort_runs.account_id
            and openings.first_month < cohort_runs.end_month
            and openings.end_month > cohort_runs.first_month
    left join foreign_accounts on openings.account_id = foreign_accounts.account_id

),

-- What the opening was worth then, at the rates of then.
closed_then as (

    select
        closings.account_id,
        closings.group_id,
        closings.closing_arr,
        greatest(closings.first_month + 12, cohort_runs.first_month) as first_month,
        least(closings.end_month + 12, cohort_runs.end_month) as end_month
    from closings
    inner join foreign_accounts on closings.account_id = foreign_accounts.account_id
    inner join cohort_runs
        on
            closings.account_id = cohort_runs.account_id
            and closings.first_month + 12 < cohort_runs.end_month
            and closings.end_month + 12 > cohort_runs.first_month
            and cohort_runs.is_in_cohort

),

steps as (

    -- Who was not there a year ago moves the flow, and no cohort.
    select
        account_id,
        group_id,
        first_month,
        end_month,
        concat(movement, '_outside_cohort') as step,
        -moved_arr as numerator_delta,
        0 as denominator_delta
    from flows
    where not is_in_cohort and movement in ('expansion', 'contraction', 'churn')

    union all

    -- One of the cohort lost and won back: the flow has the loss alone.
    select
        account_id,
        group_id,
        first_month,
        end_month,
        'reactivation' as step,
        moved_arr as numerator_delta,
        0 as denominator_delta
    from flows
    where is_in_cohort and movement in ('new', 'reactivation')

    union all

    select
        account_id,
        group_id,
        first_month,
        end_month,
        'negative_opening' as step,
        case when is_in_cohort then 0 else -opening_arr end as numerator_delta,
        greatest(opening_arr, 0) - opening_arr as denominator_delta
    from looked_back
    where opening_arr < 0 or not is_in_cohort

    union all

    -- What rates moved since, less what the opening's own revaluation has of it.
    select
        account_id,
        group_id,
        first_month,
        end_month,
        'fx' as step,
        fx_arr as numerator_delta,
        0 as denominator_delta
    from flows
    where is_in_cohort and fx_arr <> 0

    union all

    select
        account_id,
        group_id,
        first_month,
        end_month,
        'fx' as step,
        closing_arr as numerator_delta,
        0 as denominator_delta
    from closed_then

    union all

    select
        account_id,
        group_id,
        first_month,
        end_month,
        'fx' as step,
        -opening_arr as numerator_delta,
        0 as denominator_delta
    from looked_back
    where is_in_cohort and is_foreign

)

select
    steps.account_id,
    steps.group_id,
    steps.step,
    steps.first_month,
    least(steps.end_month, policy.last_month + 1) as end_month,
    cast(steps.numerator_delta as decimal(18, 2)) as numerator_delta,
    cast(steps.denominator_delta as decimal(18, 2)) as denominator_delta
from steps
cross join policy
where steps.first_month <= policy.last_month
