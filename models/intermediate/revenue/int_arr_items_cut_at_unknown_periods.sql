with

items as (

    select * from {{ ref('int_subscription_items_priced') }}

),

adjustments as (

    select * from {{ ref('stg_finance__arr_adjustments') }}
    where approved_by is not null

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

unknown_periods as (

    select * from {{ ref('int_arr_keys_unknown_in_periods') }}

),

arr_items as (

    select
        item_id,
        false as is_adjustment,
        subscription_id,
        account_id,
        currency,
        valid_from,
        valid_to,
        signed_to
    from items

    union all

    select
        adjustment_id as item_id,
        true as is_adjustment,
        cast(null as {{ dbt.type_string() }}) as subscription_id,
        account_id,
        currency,
        valid_from,
        valid_to,
        valid_to as signed_to
    from adjustments

),

keyed as (

    select
        arr_items.*,
        'subscription' as key_type,
        arr_items.subscription_id as key_value
    from arr_items

    union all

    select
        arr_items.*,
        'currency' as key_type,
        arr_items.currency as key_value
    from arr_items

    union all

    select
        arr_items.*,
        'account' as key_type,
        accounts.ultimate_account_id as key_value
    from arr_items
    inner join accounts on arr_items.account_id = accounts.account_id

),

touched as (

    select
        keyed.item_id,
        keyed.is_adjustment,
        keyed.valid_from as period_from,
        keyed.valid_to,
        keyed.signed_to,
        unknown_periods.table_name,
        unknown_periods.row_key,
        unknown_periods.reason,
        greatest(keyed.valid_from, unknown_periods.valid_from) as unknown_from,
        least(keyed.signed_to, unknown_periods.valid_to) as unknown_to
    from keyed
    inner join unknown_periods
        on
            keyed.key_type = unknown_periods.key_type
            and keyed.key_value = unknown_periods.key_value
            and (
                unknown_periods.valid_to is null
                or keyed.valid_from < unknown_periods.valid_to
            )
            and (
                keyed.signed_to is null
                or unknown_periods.valid_from is null
                or keyed.signed_to > unknown_periods.valid_from
            )

),

boundaries as (

    select
        item_id,
        is_adjustment,
        period_from,
        valid_to,
        signed_to,
        period_from as changes_on
    from touched
    union
    select
        item_id,
        is_adjustment,
        period_from,
        valid_to,
        signed_to,
        unknown_from as changes_on
    from touched
    union
    select
        item_id,
        is_adjustment,
        period_from,
        valid_to,
        signed_to,
        unknown_to as changes_on
    from touched
    where unknown_to is not null

),

segments as (

    select
        *,
        lead(changes_on) over (
            partition by is_adjustment, item_id, period_from order by changes_on
        ) as next_change_on
    from boundaries

),

-- Of several refused rows that leave a part unknown the first one is told.
judged as (

    select
        segments.item_id,
        segments.is_adjustment,
        segments.period_from,
        segments.changes_on as valid_from,
        least(segments.valid_to, segments.next_change_on) as valid_to,
        least(segments.signed_to, segments.next_change_on) as signed_to,
        touched.table_name,
        touched.row_key,
        touched.reason,
        row_number() over (
            partition by
                segments.is_adjustment,
                segments.item_id,
                segments.period_from,
                segments.changes_on
            order by touched.table_name, touched.row_key, touched.reason
        ) as place
    from segments
    left join touched
        on
            segments.is_adjustment = touched.is_adjustment
            and segments.item_id = touched.item_id
            and segments.period_from = touched.period_from
            and segments.changes_on >= touched.unknown_from
            and (
                touched.unknown_to is null
                or segments.changes_on < touched.unknown_to
            )

)

select
    item_id,
    is_adjustment,
    period_from,
    valid_from,
    valid_to,
    signed_to,
    reason is null as is_known,
    table_name,
    row_key,
    reason
from judged
where place = 1 and (signed_to is null or valid_from < signed_to)
