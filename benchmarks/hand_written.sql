-- The five finance marts straight from the raw files: one script, no door, no tests.
-- The yardstick of the benchmark. It shares no code with the models on purpose, and
-- wants three variables: raw (the folder), as_of and reporting_currency.
--
-- A month is a number (year x 12 + month - 1), an account and a product a small key,
-- a balance a level: it holds from one month until the next change. Only the two
-- marts with a row per month are ever written out month by month.

create temp macro month_number(day) as (year(day) * 12 + month(day) - 1)::integer;
create temp macro month_date(number) as make_date(number // 12, number % 12 + 1, 1);
-- Exact, half away from zero: a decimal divided is a double here, and loses half cents.
create temp macro cents(numerator, denominator) as (
    sign(numerator)
    * ((2 * abs(numerator) + denominator) // (2 * denominator))
)::decimal(18, 0) * 0.01::decimal(3, 2);
create temp macro micros(amount) as (amount * 1000000)::bigint::hugeint;

set variable last_month = (
    select
        month_number(getvariable('as_of'))
        - if(getvariable('as_of') = last_day(getvariable('as_of')), 0, 1)
);

create schema if not exists marts;

-- Who an account and a product are today ------------------------------------------

create temp table account_links as
select
    account_id,
    coalesce(merged_into_account_id, parent_account_id) as next_id
from read_parquet(getvariable('raw') || '/crm__accounts.parquet')
where coalesce(merged_into_account_id, parent_account_id) is not null;

create temp table cohorts as
select
    row_number() over ()::integer as cohort_key,
    *
from (
    select distinct
        coalesce(segment, 'unspecified') as segment,
        coalesce(country, 'unspecified') as country,
        coalesce(industry, 'unspecified') as industry
    from read_parquet(getvariable('raw') || '/crm__accounts.parquet')
);

create temp table accounts as
with recursive

climbed as (

    select
        account_id,
        next_id as top_id
    from account_links
    union all
    select
        climbed.account_id,
        account_links.next_id as top_id
    from climbed
    inner join account_links on climbed.top_id = account_links.account_id

),

tops as (

    select
        account_id,
        top_id
    from climbed
    where top_id not in (select account_id from account_links)

),

numbered as (

    select
        row_number() over ()::integer as account_key,
        account_id,
        coalesce(segment, 'unspecified') as segment,
        coalesce(country, 'unspecified') as country,
        coalesce(industry, 'unspecified') as industry
    from read_parquet(getvariable('raw') || '/crm__accounts.parquet')

)

select
    numbered.account_id,
    coalesce(top_accounts.account_key, numbered.account_key) as account_key,
    coalesce(tops.top_id, numbered.account_id) as top_id,
    cohorts.cohort_key
from numbered
inner join cohorts using (segment, country, industry)
left join tops on numbered.account_id = tops.account_id
left join numbered as top_accounts on tops.top_id = top_accounts.account_id;

create temp table products as
with recursive

migrations as (

    select
        old_product_id,
        new_product_id
    from read_parquet(getvariable('raw') || '/billing__product_migrations.parquet')
    where effective_on <= getvariable('as_of')

),

present as (

    select
        product_id,
        product_id as present_id
    from read_parquet(getvariable('raw') || '/billing__products.parquet')
    union all
    select
        present.product_id,
        migrations.new_product_id as present_id
    from present
    inner join migrations on present.present_id = migrations.old_product_id

)

select
    present.product_id,
    present.present_id,
    coalesce(products.product_family, products.product_id) as product_family,
    products.tier_rank,
    dense_rank() over (order by present.present_id)::integer as product_key,
    -- Above any cohort, so that both can key the same tables.
    1000000 + dense_rank() over (
        order by coalesce(products.product_family, products.product_id)
    )::integer as family_key
from present
inner join read_parquet(getvariable('raw') || '/billing__products.parquet') as products
    on present.present_id = products.product_id
where present.present_id not in (select old_product_id from migrations);

create temp table present_products as
select distinct on (product_key)
    product_key,
    present_id as product_id,
    family_key,
    tier_rank
from products;

-- Rows that add up to a scope: an account's cohort to four, a family to its own.
create temp table scope_groups as
select cohort_key as group_key, 'company' as scope_type, 'all' as scope_value
from cohorts
union all
select cohort_key, 'segment', segment from cohorts
union all
select cohort_key, 'country', country from cohorts
union all
select cohort_key, 'industry', industry from cohorts
union all
select distinct family_key, 'product_family', product_family from products;

-- What an item bears, and when ------------------------------------------------------

create temp table items as
select
    items.item_id,
    items.subscription_id,
    accounts.account_key,
    products.product_key,
    subscriptions.currency,
    items.quantity,
    micros(items.quantity)
    * micros(items.unit_price)
    * case items.billing_interval
        when 'month' then 12
        when 'year' then 1
        when 'week' then 52
        when 'day' then 365
    end as yearly_picos,
    case items.billing_interval
        when 'month' then 12
        when 'year' then 1
        when 'week' then 52
        when 'day' then 365
    end as intervals_a_year,
    items.interval_count,
    coalesce(items.is_contracted_step, false) as is_contracted_step,
    items.valid_from,
    items.valid_to,
    greatest(
        items.valid_from, subscriptions.started_on, subscriptions.trial_ends_on
    ) as starts_on,
    coalesce(least(items.valid_to, subscriptions.ends_on), date '9999-12-31') as ends_on
from read_parquet(
    getvariable('raw') || '/billing__subscription_items.parquet'
) as items
inner join read_parquet(
    getvariable('raw') || '/billing__subscriptions.parquet'
) as subscriptions using (subscription_id)
inner join accounts using (account_id)
inner join products using (product_id)
where
    items.charge_type = 'recurring'
    and greatest(
        items.valid_from, subscriptions.started_on, subscriptions.trial_ends_on
    ) <= getvariable('as_of')
    and greatest(
        items.valid_from, subscriptions.started_on, subscriptions.trial_ends_on
    ) < coalesce(least(items.valid_to, subscriptions.ends_on), date '9999-12-31');

create temp table statuses as
with

-- Where two rows cover a date the later one speaks.
clipped as (

    select
        subscription_id,
        status,
        valid_from as starts_on,
        least(
            coalesce(valid_to, date '9999-12-31'),
            coalesce(lead(valid_from) over by_start, date '9999-12-31')
        ) as ends_on
    from read_parquet(getvariable('raw') || '/billing__subscription_statuses.parquet')
    window by_start as (partition by subscription_id order by valid_from)

),

-- A run of past due rows is one delay, counted from its first day.
runs as (

    select
        *,
        count(*) filter (where is_new_run) over (
            partition by subscription_id order by starts_on
        ) as run_number
    from (
        select
            *,
            coalesce(
                lag(status) over by_start <> status
                or lag(ends_on) over by_start <> starts_on,
                true
            ) as is_new_run
        from clipped
        window by_start as (partition by subscription_id order by starts_on)
    )

)

select
    subscription_id,
    starts_on,
    case
        when status = 'active' then ends_on
        when status = 'past_due'
            then least(
                ends_on,
                min(starts_on) over (partition by subscription_id, run_number) + 91
            )
        else starts_on
    end as ends_on
from runs;

create temp table spans as
select * from items
where subscription_id not in (select subscription_id from statuses)
union all
select
    items.* exclude (starts_on, ends_on),
    greatest(items.starts_on, statuses.starts_on) as starts_on,
    least(items.ends_on, statuses.ends_on) as ends_on
from items
inner join statuses
    on
        items.subscription_id = statuses.subscription_id
        and items.starts_on < statuses.ends_on
        and statuses.starts_on < items.ends_on
where
    statuses.starts_on < statuses.ends_on
    and greatest(items.starts_on, statuses.starts_on) <= getvariable('as_of');

create temp table discounted_spans as
select
    spans.rowid as span_id,
    spans.account_key,
    spans.product_key,
    discounts.percent_off,
    discounts.amount_off,
    discounts.valid_from,
    discounts.valid_to,
    greatest(spans.starts_on, discounts.valid_from) as starts_on,
    least(spans.ends_on, coalesce(discounts.valid_to, date '9999-12-31')) as ends_on
from spans
inner join read_parquet(getvariable('raw') || '/billing__discounts.parquet') as discounts
    on
        spans.subscription_id = discounts.subscription_id
        and coalesce(discounts.item_id, spans.item_id) = spans.item_id
        and spans.starts_on < coalesce(discounts.valid_to, date '9999-12-31')
        and discounts.valid_from < spans.ends_on
where discounts.duration = 'forever';

create temp table priced as
with

cuts as (

    select
        span_id,
        starts_on as cut_on
    from discounted_spans
    union
    select
        span_id,
        ends_on as cut_on
    from discounted_spans
    union
    select
        rowid as span_id,
        starts_on as cut_on
    from spans
    where rowid in (select span_id from discounted_spans)

),

pieces as (

    select
        cuts.span_id,
        cuts.cut_on as starts_on,
        lead(cuts.cut_on, 1, spans.ends_on) over (
            partition by cuts.span_id order by cuts.cut_on
        ) as ends_on
    from cuts
    inner join spans on cuts.span_id = spans.rowid
    where cuts.cut_on < spans.ends_on

),

-- Each percentage is a factor out of 10^6, which leaves it exact to four decimals.
reductions as (

    select
        pieces.span_id,
        pieces.starts_on,
        pieces.ends_on,
        list_reduce(
            list(1000000::hugeint - (discounts.percent_off * 10000)::hugeint)
                filter (where discounts.percent_off is not null),
            lambda product, factor: product * factor,
            1::hugeint
        ) as factor,
        power(
            1000000, count(discounts.percent_off)
        )::hugeint as scale,
        micros(coalesce(sum(discounts.amount_off), 0)) as amount_off
    from pieces
    left join discounted_spans as discounts
        on
            pieces.span_id = discounts.span_id
            and pieces.starts_on >= discounts.starts_on
            and pieces.starts_on < discounts.ends_on
    group by all

)

select
    * exclude (yearly_picos, intervals_a_year, interval_count),
    cents(yearly_picos, interval_count * 10000000000::hugeint) as list_arr,
    cents(yearly_picos, interval_count * 10000000000::hugeint) as arr
from spans
where rowid not in (select span_id from discounted_spans)
union all
select
    spans.* exclude (
        yearly_picos, intervals_a_year, interval_count, starts_on, ends_on
    ),
    reductions.starts_on,
    reductions.ends_on,
    cents(
        spans.yearly_picos, spans.interval_count * 10000000000::hugeint
    ) as list_arr,
    greatest(
        cents(
            spans.yearly_picos * reductions.factor
            - reductions.amount_off
            * 1000000
            * spans.intervals_a_year
            * reductions.scale,
            spans.interval_count * 10000000000::hugeint * reductions.scale
        ),
        0
    ) as arr
from reductions
inner join spans on reductions.span_id = spans.rowid
where reductions.starts_on <= getvariable('as_of');

-- Short gaps: what ended just before is held until the return.
create temp table held as
with

lined_up as (

    select
        account_key,
        product_key,
        max(ends_on) over (
            by_start rows between unbounded preceding and current row
        ) as gap_starts_on,
        lead(starts_on) over by_start as returns_on
    from priced
    where arr > 0
    window by_start as (partition by account_key, product_key order by starts_on)

),

gaps as (

    select * from lined_up
    where
        gap_starts_on <= getvariable('as_of')
        and case
            when returns_on is null then getvariable('as_of') - gap_starts_on < 30
            else returns_on - gap_starts_on between 1 and 30
        end

)

select
    priced.account_key,
    priced.product_key,
    priced.currency,
    priced.quantity,
    priced.list_arr,
    priced.arr,
    gaps.gap_starts_on as starts_on,
    coalesce(gaps.returns_on, date '9999-12-31') as ends_on
from gaps
inner join priced
    on
        gaps.account_key = priced.account_key
        and gaps.product_key = priced.product_key
        and gaps.gap_starts_on = priced.ends_on
where priced.arr > 0;

-- Plan rates -------------------------------------------------------------------------

create temp table month_rates as
with

plan_rates as (

    select
        currency,
        rate,
        -- The earliest rate also holds before itself.
        if(
            row_number() over (partition by currency order by valid_from) = 1,
            date '0001-01-01',
            valid_from
        ) as valid_from
    from read_parquet(getvariable('raw') || '/billing__fx_rates.parquet')
    where rate_type = 'plan' and currency <> getvariable('reporting_currency')

),

months as (

    select unnest(range(
        (select month_number(min(starts_on)) from priced),
        getvariable('last_month') + 1
    ))::integer as month_no

),

currency_months as (

    select
        months.month_no,
        currencies.currency
    from months
    cross join (select distinct currency from plan_rates) as currencies

)

select
    currency_months.month_no,
    currency_months.currency,
    plan_rates.rate
from currency_months
asof inner join plan_rates
    on
        currency_months.currency = plan_rates.currency
        and last_day(month_date(currency_months.month_no)) >= plan_rates.valid_from
union all
select
    month_no,
    getvariable('reporting_currency') as currency,
    1 as rate
from months;

-- Months in which no rate moves are one period. An account that pays in the reporting
-- currency alone lives in a single one.
create temp table rate_periods as
with

moved as (

    select
        month_no,
        bool_or(has_moved) as has_moved
    from (
        select
            month_no,
            rate is distinct from lag(rate) over (
                partition by currency order by month_no
            ) as has_moved
        from month_rates
    )
    group by month_no

),

periods as (

    select
        month_no as period_from,
        lead(month_no, 1, 1000000) over (order by month_no) as period_to
    from moved
    where has_moved

)

select
    true as is_foreign,
    periods.period_from,
    periods.period_to,
    month_rates.currency,
    month_rates.rate
from periods
inner join month_rates on periods.period_from = month_rates.month_no
union all
select
    false as is_foreign,
    0 as period_from,
    1000000 as period_to,
    getvariable('reporting_currency') as currency,
    1 as rate;

-- Levels -----------------------------------------------------------------------------

-- Each start and end moves the balance of its month; what starts and ends within one
-- still leaves a row, for a contracted step may hide there.
create temp table local_levels as
with

signed as (

    select
        account_key,
        product_key,
        currency,
        month_number(starts_on) as month_no,
        arr,
        list_arr,
        quantity,
        0 as n_held
    from priced
    where arr > 0
    union all
    select
        account_key,
        product_key,
        currency,
        month_number(ends_on) as month_no,
        -arr as arr,
        -list_arr as list_arr,
        -quantity as quantity,
        0 as n_held
    from priced
    where arr > 0
    union all
    select
        account_key,
        product_key,
        currency,
        month_number(starts_on) as month_no,
        arr,
        list_arr,
        quantity,
        1 as n_held
    from held
    union all
    select
        account_key,
        product_key,
        currency,
        month_number(ends_on) as month_no,
        -arr as arr,
        -list_arr as list_arr,
        -quantity as quantity,
        -1 as n_held
    from held

),

netted as (

    select
        account_key,
        product_key,
        currency,
        month_no,
        sum(arr)::decimal(18, 2) as arr,
        sum(list_arr)::decimal(18, 2) as list_arr,
        sum(quantity)::decimal(18, 6) as quantity,
        sum(n_held)::integer as n_held
    from signed
    where month_no <= getvariable('last_month')
    group by all

)

select
    account_key,
    product_key,
    currency,
    month_no,
    lead(month_no, 1, 1000000) over by_month as next_month_no,
    sum(arr) over by_month::decimal(18, 2) as arr,
    sum(list_arr) over by_month::decimal(18, 2) as list_arr,
    sum(quantity) over by_month::decimal(18, 6) as quantity,
    sum(n_held) over by_month::integer as n_held
from netted
window by_month as (
    partition by account_key, product_key, currency order by month_no
);
