with

intervals as (

    select * from {{ ref('int_interval_ends_stacked') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

starts as (

    select distinct
        table_name,
        sequence_key,
        starts_on
    from intervals

),

ended as (

    select
        intervals.*,
        cast({{ dbt.dateadd('day', 1, 'intervals.ends_on') }} as date) as day_after
    from intervals
    cross join policy
    where
        intervals.ends_on >= intervals.starts_on
        and intervals.ends_on < cast('9999-12-31' as date)
        and {{ is_given_inclusively('intervals.table_name', 'policy') }} = 0

),

-- What an end is followed by says most, then the whole months it makes, then the bounds
-- of a calendar month: a day that fits none of them says nothing.
placed as (

    select
        ended.table_name,
        ended.account_id,
        ended.subscription_id,
        ended.ends_on,
        same_day.starts_on is not null as is_followed_that_day,
        next_day.starts_on is not null as is_followed_next_day,
        {{ is_whole_months('ended.starts_on', 'ended.ends_on') }} as is_whole_before,
        {{ is_whole_months('ended.starts_on', 'ended.day_after') }} as is_whole_with,
        extract(day from ended.ends_on) = 1 as is_first_of_month,
        extract(day from ended.day_after) = 1 as is_last_of_month
    from ended
    left join starts as same_day
        on
            ended.table_name = same_day.table_name
            and ended.sequence_key = same_day.sequence_key
            and ended.ends_on = same_day.starts_on
            and ended.starts_on < same_day.starts_on
    left join starts as next_day
        on
            ended.table_name = next_day.table_name
            and ended.sequence_key = next_day.sequence_key
            and ended.day_after = next_day.starts_on

)

select
    table_name,
    account_id,
    subscription_id,
    ends_on,
    is_followed_next_day and not is_followed_that_day as is_followed_next_day,
    case
        when is_followed_that_day then 'first_day_no_longer'
        when is_followed_next_day then 'last_day'
        when is_whole_before then 'first_day_no_longer'
        when is_whole_with then 'last_day'
        when is_first_of_month then 'first_day_no_longer'
        when is_last_of_month then 'last_day'
    end as looks_like
from placed
