with

refused as (

    select
        key_value as subscription_id,
        valid_from,
        min(row_key) as row_key,
        case when count(*) = count(valid_to) then max(valid_to) end as valid_to
    from {{ ref('incomplete_arr_keys') }}
    where
        unknown_figure = 'status'
        and key_value is not null
        and valid_from is not null
    group by key_value, valid_from

),

-- A status that was refused was one all the same, and what was before it ended.
statuses as (

    select
        subscription_id,
        status,
        cast(null as {{ dbt.type_string() }}) as row_key,
        valid_from,
        valid_to
    from {{ ref('stg_billing__subscription_statuses') }}

    union all

    select
        subscription_id,
        'unknown' as status,
        row_key,
        valid_from,
        valid_to
    from refused

),

boundaries as (

    select
        subscription_id,
        valid_from as changes_on
    from statuses
    union
    select
        subscription_id,
        valid_to as changes_on
    from statuses
    where valid_to is not null

),

periods as (

    select
        subscription_id,
        changes_on as valid_from,
        lead(changes_on) over (
            partition by subscription_id order by changes_on
        ) as valid_to
    from boundaries

),

-- Where rows overlap, what was said last holds.
covered as (

    select
        periods.subscription_id,
        periods.valid_from,
        periods.valid_to,
        statuses.status,
        statuses.row_key,
        row_number() over (
            partition by periods.subscription_id, periods.valid_from
            order by statuses.valid_from desc
        ) as recency
    from periods
    inner join statuses
        on
            periods.subscription_id = statuses.subscription_id
            and periods.valid_from >= statuses.valid_from
            and (statuses.valid_to is null or periods.valid_from < statuses.valid_to)

)

select
    subscription_id,
    valid_from,
    valid_to,
    status,
    row_key
from covered
where recency = 1
