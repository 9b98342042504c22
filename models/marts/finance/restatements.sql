with

figures as (

    select
        *,
        as_restated - as_reported as whole_delta
    from {{ ref('int_account_figures_compared_to_close') }}

),

data_causes as (

    select * from {{ ref('int_restatements_summed_to_causes') }}

),

data_parts as (

    select
        month_start,
        metric,
        account_id,
        sum(double_delta) as double_delta
    from data_causes
    group by month_start, metric, account_id

),

-- What is left when data are taken out, a half under each policy, is the policy's.
policy_parts as (

    select
        figures.month_start,
        figures.metric,
        figures.account_id,
        case when figures.what_changed = 'unknown' then 'other' else 'policy' end
            as cause,
        {{ half_to_cents(
            '(2 * figures.whole_delta - coalesce(data_parts.double_delta, 0))'
        ) }} as delta,
        case
            when figures.what_changed = 'unknown'
                then concat(
                    figures.policy_reason,
                    '; not yet evaluated under both policies: run make build'
                )
            else figures.policy_reason
        end as reason
    from figures
    left join data_parts
        on
            figures.month_start = data_parts.month_start
            and figures.metric = data_parts.metric
            and figures.account_id = data_parts.account_id
    where figures.what_changed <> 'data'

),

parts as (

    select
        month_start,
        metric,
        account_id,
        cause,
        {{ half_to_cents('double_delta') }} as delta,
        reason
    from data_causes
    where cause <> 'rounding'

    union all

    select * from policy_parts
    where delta <> 0

),

ranked as (

    select
        *,
        sum(delta) over (
            partition by month_start, metric, account_id
        ) as explained_delta,
        row_number() over (
            partition by month_start, metric, account_id
            order by
                case when cause = 'policy' then 1 else 0 end asc,
                abs(delta) desc,
                cause asc
        ) as place
    from parts

),

-- Cents that halving and the rounding of sums leave go to the largest cause in data.
explained as (

    select
        figures.snapshot_id,
        figures.month_start,
        figures.closed_on,
        figures.account_id,
        figures.metric,
        coalesce(ranked.cause, 'other') as cause,
        figures.as_reported,
        figures.as_restated,
        coalesce(ranked.delta, 0) + case
            when coalesce(ranked.place, 1) = 1
                then figures.whole_delta - coalesce(ranked.explained_delta, 0)
            else 0
        end as delta,
        figures.material_restatement_arr,
        coalesce(ranked.reason, 'cents of the rounding of a sum') as reason
    from figures
    left join ranked
        on
            figures.month_start = ranked.month_start
            and figures.metric = ranked.metric
            and figures.account_id = ranked.account_id

),

-- Causes that cancel out leave the figure as it was, and are no smaller for it.
weighed as (

    select
        *,
        sum(abs(delta)) over (
            partition by month_start, metric, account_id
        ) as gross_delta
    from explained

)

select
    snapshot_id,
    month_start,
    closed_on,
    account_id,
    metric,
    cause,
    as_reported,
    as_restated,
    cast(delta as decimal(18, 2)) as delta,
    gross_delta >= material_restatement_arr as is_material,
    reason
from weighed
where delta <> 0
