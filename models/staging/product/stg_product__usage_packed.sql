with

months as (

    {{ months_to_add('stg_product__usage_month_stamps') }}

),

packed as (

    select
        account_id,
        user_id,
        feature_key,
        month_number,
        bit_or(day_bit) as logged_days,
        sum(case when is_in_window then event_count end) as n_events,
        count(*) as n_raw_rows,
        max(case when is_faulty or event_count <= 0 then 1 end) as has_odd_rows
    from {{ ref('stg_product__usage_rows') }}
    {%- if is_kept() %}
    where month_number in (select months.month_number from months)
    {%- endif %}
    group by account_id, user_id, feature_key, month_number

)

select
    packed.account_id,
    packed.user_id,
    packed.feature_key,
    packed.month_number,
    months.balance_on,
    packed.logged_days,
    cast(packed.n_events as bigint) as n_events,
    packed.n_raw_rows,
    -- As many rows as days, each with events: no day can have a second row.
    packed.n_raw_rows = bit_count(packed.logged_days)
    and packed.has_odd_rows is null as is_clear,
    months.month_stamp
from packed
inner join months on packed.month_number = months.month_number
where packed.account_id <> '' and packed.user_id <> '' and packed.feature_key <> ''
-- In order of months, so that a build of some months need not read the others.
{{ 'order by packed.month_number' if not is_kept() }}
