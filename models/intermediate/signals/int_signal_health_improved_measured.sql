with

health_months as (

    select * from {{ ref('int_health_scored_in_account_months') }}
    where score is not null

),

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

policy as (

    select * from {{ ref('stg_policy__signals') }}
    where signal = 'health_improved'

),

ranked as (

    select
        account_id,
        month_start,
        score,
        case band when 'red' then 0 when 'yellow' then 1 when 'green' then 2 end
            as band_rank
    from health_months

),

measured as (

    select
        present.account_id,
        present.month_number,
        now_months.score,
        min(past_months.score) as lowest_score,
        cast(
            now_months.band_rank - min(past_months.band_rank) as decimal(18, 6)
        ) as value
    from present
    cross join policy
    inner join ranked as now_months
        on
            present.account_id = now_months.account_id
            and present.month_start = now_months.month_start
    inner join ranked as past_months
        on
            present.account_id = past_months.account_id
            and present.month_start > past_months.month_start
            and {{ dbt.dateadd(
                'month', '-policy.window_months', 'present.month_start'
            ) }} <= past_months.month_start
    group by
        present.account_id,
        present.month_number,
        now_months.score,
        now_months.band_rank

)

select
    measured.account_id,
    policy.signal,
    measured.month_number,
    cast(null as {{ dbt.type_string() }}) as product_id,
    measured.value,
    {{ meets_threshold('measured.value') }} as is_fired,
    concat(
        'health is ',
        measured.score,
        ' after ',
        measured.lowest_score,
        ' at its lowest of the ',
        policy.window_months,
        ' months before (bands gained: ',
        cast(measured.value as decimal(18, 0)),
        ')'
    ) as evidence
from measured
cross join policy
