with

deals as (

    select * from {{ ref('int_deals_dated_to_as_of') }}
    where opportunity_type <> 'renewal'

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- Open from the day of its creation to the day of its close, which does not count.
opened as (

    select
        deals.opportunity_id,
        deals.segment,
        case
            when deals.opportunity_type = 'new' then 'new_logo' else 'expansion'
        end as motion,
        deals.created_on,
        coalesce(
            deals.closed_on,
            cast({{ dbt.dateadd('day', 1, 'policy.as_of_date') }} as date)
        ) as open_until,
        policy.last_month
    from deals
    cross join policy

),

month_numbers as (

    select
        opportunity_id,
        segment,
        motion,
        created_on,
        open_until,
        {{ each_number(
            month_number('created_on'),
            'least(' ~ month_number('open_until') ~ ', last_month) + 1'
        ) }} as month_number
    from opened

),

dated as (

    select
        opportunity_id,
        segment,
        motion,
        created_on,
        open_until,
        month_number,
        cast({{ dbt.dateadd(
            'month', 'month_number - 24001', "cast('2000-01-01' as date)"
        ) }} as date) as month_start,
        cast({{ dbt.dateadd(
            'month', 'month_number - 24000', "cast('2000-01-01' as date)"
        ) }} as date) as next_month_start
    from month_numbers

)

select
    opportunity_id,
    segment,
    motion,
    month_number,
    month_start,
    {{ dbt.datediff(
        'greatest(created_on, month_start)',
        'least(open_until, next_month_start)',
        'day'
    ) }} as pipeline_days
from dated
where greatest(created_on, month_start) < least(open_until, next_month_start)
