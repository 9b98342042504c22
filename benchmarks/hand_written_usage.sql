-- The four adoption marts straight from the raw files: one script, no door, no tests.
-- The yardstick of the usage benchmark. It shares no code with the models on purpose, and
-- wants two variables: raw (the folder) and as_of. Balances are on the last day of the
-- month. The numbers of the policy are written out: 28 days of adoption, 14 of full seats,
-- 2 users and 2 days for a feature, half of the features for a product, 90 days of trend,
-- 6 months until a user is new again.

create temp macro month_number(day) as (year(day) * 12 + month(day) - 1)::integer;
create temp macro month_date(number) as make_date(number // 12, number % 12 + 1, 1);
create temp macro share(part, whole) as (
    part::double / nullif(whole, 0)
)::decimal(18, 6);
-- Bit n of a month is its day n + 1; its last 28 days are the highest.
create temp macro last_28(bits, length) as bits >> (length - 28);

set variable last_month = (
    select
        month_number(getvariable('as_of'))
        - if(getvariable('as_of') = last_day(getvariable('as_of')), 0, 1)
);

create schema if not exists marts;

create temp table months as
select
    range::integer as month,
    month_date(range) as month_start,
    last_day(month_date(range)) as balance_on,
    day(last_day(month_date(range))) as length
from range(
    (
        select month_number(min(valid_from))
        from read_parquet(getvariable('raw') || '/billing__subscription_items.parquet')
    ),
    getvariable('last_month') + 1
);

create temp table accounts as
select
    child.account_id,
    coalesce(child.parent_account_id, child.account_id) as top_id,
    row_number() over () as account
from read_parquet(getvariable('raw') || '/crm__accounts.parquet') as child;

create temp table features as
select
    feature_key,
    product_id,
    is_core,
    is_premium,
    row_number() over ()::integer as feature
from read_parquet(getvariable('raw') || '/product__features.parquet');

-- A user's days on a feature in a month -------------------------------------------

-- The log has a row per day; a parent's accounts may share a user, so there are two steps.
create temp table user_features as
select
    accounts.top_id as account_id,
    used.user_id,
    features.product_id,
    features.feature,
    features.is_core,
    used.month,
    bit_or(used.bits) as bits,
    sum(used.n_events)::bigint as n_events
from (
    select
        account_id,
        user_id,
        feature_key,
        month_number(usage_date) as month,
        bit_or(1 << (day(usage_date) - 1)::integer) as bits,
        sum(event_count) filter (
            where usage_date > last_day(usage_date) - 28
        )::bigint as n_events
    from read_parquet(getvariable('raw') || '/product__usage_daily/*.parquet')
    where event_count > 0 and usage_date < month_date(getvariable('last_month') + 1)
    group by all
) as used
inner join accounts on used.account_id = accounts.account_id
inner join features on used.feature_key = features.feature_key
group by all;

create temp table entitlements as
select
    accounts.top_id as account_id,
    rights.product_id,
    rights.meter,
    rights.limit_quantity::decimal(18, 6) as limit_quantity,
    rights.valid_from,
    coalesce(rights.valid_to, date '9999-12-31') as valid_to
from read_parquet(getvariable('raw') || '/product__entitlements.parquet') as rights
inner join accounts on rights.account_id = accounts.account_id;

create temp table entitled as
select
    account_id,
    product_id,
    month,
    sum(limit_quantity) filter (where meter = 'seats') as seats
from entitlements
inner join months on balance_on >= valid_from and balance_on < valid_to
group by all;

-- Features ------------------------------------------------------------------------

create temp table used_features as
select
    account_id,
    feature,
    month,
    count(*) filter (where last_28(bits, length) > 0) as n_users,
    bit_count(last_28(bit_or(bits), any_value(length)))::bigint as n_days,
    sum(n_events)::bigint as n_events
from user_features
inner join months using (month)
group by all;

create table marts.feature_adoption_months as
with entitled_features as (
    select account_id, feature, month
    from entitled
    inner join features using (product_id)
)

select
    account_id,
    feature_key,
    product_id,
    month_start,
    is_core,
    is_premium,
    entitled_features.account_id is not null as is_entitled,
    coalesce(n_users, 0) as n_users,
    coalesce(n_days, 0) as n_days,
    coalesce(n_events, 0)::bigint as n_events,
    coalesce(n_users >= 2 and n_days >= 2, false) as is_adopted
from entitled_features
full join used_features using (account_id, feature, month)
inner join features using (feature)
inner join months using (month);

-- Products ------------------------------------------------------------------------

-- Core days of a month with those of the month before below them: 128 bits hold both.
create temp table product_users as
select
    account_id,
    product_id,
    user_id,
    month,
    length,
    bit_or(bits)::bigint as bits
from (
    select account_id, product_id, user_id, month, length,
        bits::hugeint << 31 as bits
    from user_features inner join months using (month)
    where is_core
    union all
    select account_id, product_id, user_id, month + 1, months.length,
        bits::hugeint << (31 - before.length) as bits
    from user_features
    inner join months as before using (month)
    inner join months on user_features.month + 1 = months.month
    where is_core
        -- Of the month before only the days that a window of the last 14 can reach.
        and (bits >> (before.length - 41 + months.length)) > 0
)
group by all;

create temp table product_days as
select
    account_id,
    product_id,
    month,
    back,
    count(*) filter (
        where ((bits >> (31 + length - 28 - back)) & ((1 << 28) - 1)) > 0
    ) as n_users
from product_users, range(14) as days(back)
group by all;

create temp table product_counts as
select
    account_id,
    product_id,
    month,
    count(*) filter (where bits >> (31 + length - 28) > 0) as active_users,
    sum(bit_count(bits >> (31 + length - 28)))::bigint as user_days
from product_users
group by all;

create temp table lasting as
select account_id, product_id, month, min(n_users) as lasting_active_users
from product_days
group by all;

create temp table product_features as
select
    account_id,
    product_id,
    month_start,
    count(*) filter (where is_entitled and is_adopted) as n_features_adopted,
    count(*) filter (where is_entitled) as n_features_entitled,
    coalesce(sum(n_events) filter (where is_core), 0)::bigint as core_events
from marts.feature_adoption_months
group by all;

create table marts.adoption_product_months as
with first_entitled as (
    select account_id, product_id, min(valid_from) as entitled_on
    from entitlements group by all
),

first_adopted as (
    select account_id, product_id, min(month_start) as adopted_month
    from product_features
    where n_features_entitled > 0 and n_features_adopted * 2 >= n_features_entitled
    group by all
),

joined as (
    select
        product_features.*,
        seats,
        coalesce(active_users, 0) as active_users,
        coalesce(lasting_active_users, 0) as lasting_active_users,
        coalesce(user_days, 0) as user_days,
        if(entitled_on <= balance_on, entitled_on, null) as entitled_on,
        if(adopted_month <= month_start, adopted_month, null) as adopted_month
    from product_features
    inner join months using (month_start)
    left join entitled using (account_id, product_id, month)
    left join product_counts using (account_id, product_id, month)
    left join lasting using (account_id, product_id, month)
    left join first_entitled using (account_id, product_id)
    left join first_adopted using (account_id, product_id)
)

select
    account_id,
    product_id,
    month_start,
    active_users,
    lasting_active_users,
    seats::decimal(18, 6) as seats,
    share(active_users, seats) as seat_utilisation_rate,
    n_features_adopted,
    n_features_entitled,
    share(n_features_adopted, n_features_entitled) as breadth_rate,
    core_events,
    share(core_events, active_users) as depth,
    user_days,
    share(user_days, 28 * active_users) as stickiness_rate,
    entitled_on,
    adopted_month,
    (last_day(adopted_month) - entitled_on)::integer as days_to_adopt,
    if(entitled_on is null, null, adopted_month is null) as is_censored
from joined;

-- Accounts ------------------------------------------------------------------------

create temp table account_users as
select
    account_id,
    user_id,
    month,
    length,
    bit_or(bits) as bits,
    last_28(coalesce(bit_or(bits) filter (where is_core), 0), length) as core_bits,
    lag(month) over (partition by account_id, user_id order by month) as month_before
from user_features
inner join months using (month)
group by account_id, user_id, month, length;

create temp table account_counts as
select
    account_id,
    month,
    count(*) filter (where core_bits > 0) as active_users,
    count(*) filter (
        where core_bits > 0 and coalesce(month_before < month - 6, true)
    ) as new_users,
    sum(bit_count(core_bits))::bigint as user_days,
    month_date(month) + floor(log2(bit_or(bits)))::integer as last_used_on
from account_users
group by account_id, month;

create table marts.adoption_account_months as
with summed as (
    select
        account_id,
        month_start,
        sum(seats) as seats,
        sum(active_users) filter (where seats > 0)::bigint as seated_users,
        sum(n_features_adopted)::bigint as n_features_adopted,
        sum(n_features_entitled)::bigint as n_features_entitled,
        sum(core_events)::bigint as core_events
    from marts.adoption_product_months
    group by all
)

select
    account_id,
    month_start,
    coalesce(active_users, 0) as active_users,
    coalesce(new_users, 0) as new_users,
    seats::decimal(18, 6) as seats,
    seated_users,
    share(seated_users, seats) as seat_utilisation_rate,
    n_features_adopted,
    n_features_entitled,
    share(n_features_adopted, n_features_entitled) as breadth_rate,
    core_events,
    share(core_events, active_users) as depth,
    coalesce(user_days, 0) as user_days,
    share(user_days, 28 * active_users) as stickiness_rate,
    max(last_used_on) over (
        partition by account_id order by month_start
    )::date as last_used_on
from summed
inner join months using (month_start)
left join account_counts using (account_id, month);

-- Limits --------------------------------------------------------------------------

create temp table quantities as
select
    accounts.top_id as account_id,
    features.product_id,
    usage.usage_date,
    sum(usage.quantity::decimal(18, 6)) as quantity
from read_parquet(getvariable('raw') || '/product__usage_daily/*.parquet') as usage
inner join accounts on usage.account_id = accounts.account_id
inner join features on usage.feature_key = features.feature_key
where usage.quantity is not null
group by all;

create table marts.limit_utilisation_months as
with limits as (
    select
        account_id,
        product_id,
        meter,
        month,
        sum(limit_quantity) as limit_quantity
    from entitlements
    inner join months on balance_on >= valid_from and balance_on < valid_to
    where meter <> 'seats'
    group by all
),

lengths as (
    select
        limits.*,
        month_start,
        balance_on,
        least(90, balance_on - metered_from + 1) as n
    from limits
    inner join months using (month)
    inner join (
        select account_id, product_id, meter, min(valid_from) as metered_from
        from entitlements group by all
    ) using (account_id, product_id, meter)
),

sums as (
    select
        lengths.account_id,
        lengths.product_id,
        meter,
        month_start,
        balance_on,
        limit_quantity,
        n,
        coalesce(sum(quantity) filter (where usage_date >= month_start), 0) as quantity,
        coalesce(sum(quantity) filter (where balance_on - usage_date < n), 0) as y,
        coalesce(sum((n - 1 - (balance_on - usage_date)) * quantity) filter (
            where balance_on - usage_date < n
        ), 0) as xy
    from lengths
    left join quantities
        on lengths.account_id = quantities.account_id
        and lengths.product_id = quantities.product_id
        and quantities.usage_date between balance_on - 92 and balance_on
    group by all
),

sloped as (
    select
        *,
        (12 * (xy - (n - 1) * y / 2.0))::double / nullif(n * (n * n - 1), 0) as slope
    from sums
),

breaching as (
    select
        *,
        case
            when quantity >= limit_quantity then 0
            when slope > 0 then greatest(0, ceil(
                (limit_quantity::double / 30 - (y::double / n + slope * (n - 1) / 2))
                / slope
            ))
        end as days_left
    from sloped
)

select
    account_id,
    product_id,
    meter,
    month_start,
    quantity::decimal(18, 6) as quantity,
    limit_quantity::decimal(18, 6) as limit_quantity,
    share(quantity, limit_quantity) as limit_utilisation_rate,
    slope::decimal(18, 6) as daily_slope,
    if(days_left <= 365, balance_on + days_left::integer, null)::date
        as projected_breach_on
from breaching;
