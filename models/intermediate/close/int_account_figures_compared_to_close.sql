with

closed_months as (

    select * from {{ ref('int_closed_months_compared') }}

),

finance_policy as (

    select * from {{ ref('stg_policy__finance_policy') }}

),

figures as (

    select
        month_start,
        metric,
        account_id,
        arr as as_reported,
        0 as as_restated
    from {{ ref('item_snapshots') }}

    union all

    select
        month_start,
        metric,
        account_id,
        0 as as_reported,
        arr as as_restated
    from {{ ref('int_items_valued_in_closed_months') }}

),

summed as (

    select
        month_start,
        metric,
        account_id,
        cast(sum(as_reported) as decimal(18, 2)) as as_reported,
        cast(sum(as_restated) as decimal(18, 2)) as as_restated
    from figures
    group by month_start, metric, account_id

)

select
    closed_months.snapshot_id,
    closed_months.closed_on,
    summed.month_start,
    summed.metric,
    summed.account_id,
    closed_months.what_changed,
    concat(
        'under policy ', closed_months.present_policy_version, ' (',
        closed_months.present_policy_values, ') instead of ',
        closed_months.policy_version, ' (', closed_months.policy_values, ')'
    ) as policy_reason,
    summed.as_reported,
    summed.as_restated,
    finance_policy.material_restatement_arr
from summed
inner join closed_months on summed.month_start = closed_months.month_start
cross join finance_policy
