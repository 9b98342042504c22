with

counts as (

    select * from {{ ref('int_last_days_counted_to_tables') }}

),

valued as (

    select * from {{ ref('int_last_days_valued_by_tables') }}

),

named as (

    select {{ joined_text('table_name', 'table_name', "' '") }} as table_names
    from counts

)

select
    'ends_look_like_last_days' as doubt,
    counts.table_name,
    counts.n_last_days as n_doubted_rows,
    counts.n_telling_ends,
    counts.n_ends,
    counts.last_day_rate as doubt_rate,
    valued.doubt_arr,
    concat(
        counts.n_last_days, ' of ', counts.n_telling_ends,
        ' ends that tell look like last days: ',
        counts.n_followed_next_day, ' are followed the day after, ',
        counts.n_last_days - counts.n_followed_next_day,
        ' are the last of whole months or of a calendar month'
    ) as reason,
    concat(
        'inclusive_end_tables=',
        case
            when valued.inclusive_end_tables = 'none' then ''
            else concat(valued.inclusive_end_tables, ' ')
        end,
        named.table_names
    ) as setting
from counts
inner join valued on counts.table_name = valued.table_name
cross join named
