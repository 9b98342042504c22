-- The five finance marts straight from the raw files: one script, no door, no tests.
-- The yardstick of the benchmark. It shares no code with the models on purpose, and
-- wants three variables: raw (the folder), as_of and reporting_currency, and a table
-- invoice_lines, for a company that bills no usage has no such file.
--
-- A month is a number (year x 12 + month - 1), an account and a product a small key,
-- a balance a level: it holds from one month until the next change. Only the two
-- marts with a row per month are ever written out month by month.
--
-- Left out, as nothing that `generate.py` writes meets it: adjustments; lines below zero
-- and intervals of nothing; a coupon on an item that amends another, and two items of a
-- product amended on one day; the status trialing, other statuses within a trial, and a
-- trial too long to be one; statuses that start after the as-of date; balances before the
-- last day of a month; months of usage alone; every other policy.

create temp macro month_number(day) as (year(day) * 12 + month(day) - 1)::integer;
create temp macro month_date(number) as make_date(number // 12, number % 12 + 1, 1);
-- Exact, half away from zero: a decimal divided is a double here, and loses half cents.
create temp macro cents(numerator, denominator) as (
    sign(numerator)
    * ((2 * abs(numerator) + denominator) // (2 * denominator))
)::decimal(18, 0) * 0.01::decimal(3, 2);
create temp macro micro_ratio(numerator, denominator) as (
    sign(numerator)
    * (
        (2000000 * (abs(numerator) * 100)::bigint::hugeint
        + (denominator * 100)::bigint)
        // (2 * (denominator * 100)::bigint)
    )
)::decimal(18, 0) * 0.000001::decimal(7, 6);
create temp macro micros(amount) as (amount * 1000000)::bigint::hugeint;

set variable last_month = (
    select
        month_number(getvariable('as_of'))
        - if(getvariable('as_of') = last_day(getvariable('as_of')), 0, 1)
);
set variable last_balance_on = (
    select last_day(month_date(getvariable('last_month')))
);
-- What is signed by then is contracted.
set variable horizon_on = (
    select (getvariable('last_balance_on') + interval 12 month)::date
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

-- Up to the horizon: balances leave out what starts after the last month.
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
    micros(items.unit_price) * intervals_a_year / items.interval_count as unit_price,
    coalesce(items.is_contracted_step, false) as is_contracted_step,
    items.valid_from,
    items.valid_to,
    subscriptions.started_on,
    subscriptions.trial_ends_on,
    greatest(items.valid_from, subscriptions.started_on) as starts_on,
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
    and greatest(items.valid_from, subscriptions.started_on)
    <= getvariable('horizon_on')
    and greatest(items.valid_from, subscriptions.started_on)
    < coalesce(least(items.valid_to, subscriptions.ends_on), date '9999-12-31');

-- What is past due inside its grace at the last balance is not signed away: it goes on,
-- which no balance sees.
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

),

delays as (

    select
        *,
        min(starts_on) over (
            partition by subscription_id, run_number
        ) as past_due_since
    from runs

)

select
    subscription_id,
    starts_on,
    case
        when status = 'active' then ends_on
        when status <> 'past_due' then starts_on
        when
            past_due_since <= getvariable('last_balance_on')
            and past_due_since + 91 > getvariable('last_balance_on')
            then ends_on
        else least(ends_on, past_due_since + 91)
    end as ends_on
from delays;

create temp table spans as
with

paid_items as (

    select * exclude (started_on, trial_ends_on)
    replace (greatest(starts_on, trial_ends_on) as starts_on)
    from items
    where
        greatest(starts_on, trial_ends_on) < ends_on
        and greatest(starts_on, trial_ends_on) <= getvariable('horizon_on')

)

select * from paid_items
where subscription_id not in (select subscription_id from statuses)
union all
select
    paid_items.* exclude (starts_on, ends_on),
    greatest(paid_items.starts_on, statuses.starts_on) as starts_on,
    least(paid_items.ends_on, statuses.ends_on) as ends_on
from paid_items
inner join statuses
    on
        paid_items.subscription_id = statuses.subscription_id
        and paid_items.starts_on < statuses.ends_on
        and statuses.starts_on < paid_items.ends_on
where
    statuses.starts_on < statuses.ends_on
    and greatest(paid_items.starts_on, statuses.starts_on)
    <= getvariable('horizon_on');

-- A trial of who paid for the family until then goes on with what was paid: not beside
-- it, and not after a break.
insert into spans
with

trial_items as (

    select
        items.*,
        present_products.family_key
    from items
    inner join present_products using (product_key)
    where items.starts_on < items.trial_ends_on

),

paid as (

    select
        spans.account_key,
        present_products.family_key,
        spans.starts_on,
        spans.ends_on
    from spans
    inner join present_products using (product_key)
    semi join trial_items
        on
            spans.account_key = trial_items.account_key
            and present_products.family_key = trial_items.family_key

),

unpaid as (

    select
        account_key,
        family_key,
        max(ends_on) over (
            by_start rows between unbounded preceding and current row
        ) as starts_on,
        lead(starts_on, 1, date '9999-12-31') over by_start as ends_on
    from paid
    window by_start as (partition by account_key, family_key order by starts_on)

)

select
    trial_items.* exclude (
        started_on, trial_ends_on, starts_on, ends_on, family_key
    ),
    greatest(trial_items.starts_on, unpaid.starts_on) as starts_on,
    least(trial_items.ends_on, trial_items.trial_ends_on, unpaid.ends_on) as ends_on
from trial_items
inner join unpaid
    on
        trial_items.account_key = unpaid.account_key
        and trial_items.family_key = unpaid.family_key
        and trial_items.started_on <= unpaid.starts_on + 30
where
    greatest(trial_items.starts_on, unpaid.starts_on)
    < least(trial_items.ends_on, trial_items.trial_ends_on, unpaid.ends_on);

-- A coupon on an item lowers what the item is amended to, up to its own end.
create temp table discounts as
with recursive

counted as (

    select * from read_parquet(getvariable('raw') || '/billing__discounts.parquet')
    where duration = 'forever'

),

couponed_items as (

    select
        items.*,
        products.product_key
    from read_parquet(
        getvariable('raw') || '/billing__subscription_items.parquet'
    ) as items
    inner join products using (product_id)
    where
        items.charge_type = 'recurring'
        and items.subscription_id in (
            select subscription_id from counted
            where item_id is not null
        )

),

-- Of several that start that day the one of the same price, else the largest.
amendments as (

    select
        old_items.item_id,
        new_items.item_id as next_item_id
    from couponed_items as old_items
    inner join couponed_items as new_items
        on
            old_items.subscription_id = new_items.subscription_id
            and old_items.product_key = new_items.product_key
            and old_items.valid_to = new_items.valid_from
    qualify row_number() over (
        partition by old_items.item_id
        order by
            new_items.unit_price <> old_items.unit_price,
            new_items.quantity desc,
            new_items.unit_price desc,
            new_items.item_id
    ) = 1

),

followed as (

    select
        discount_id,
        item_id
    from counted
    union all
    select
        followed.discount_id,
        amendments.next_item_id as item_id
    from followed
    inner join amendments using (item_id)

)

select
    followed.item_id,
    counted.subscription_id,
    counted.percent_off,
    if(followed.item_id is null, 0, counted.amount_off) as amount_off,
    if(followed.item_id is null, counted.amount_off, 0) as contract_amount_off,
    counted.valid_from,
    counted.valid_to
from counted
inner join followed using (discount_id);

create temp table discounted_spans as
select
    spans.rowid as span_id,
    discounts.percent_off,
    discounts.amount_off,
    discounts.contract_amount_off,
    discounts.valid_from,
    discounts.valid_to,
    greatest(spans.starts_on, discounts.valid_from) as starts_on,
    least(spans.ends_on, coalesce(discounts.valid_to, date '9999-12-31')) as ends_on
from spans
inner join discounts
    on
        spans.subscription_id = discounts.subscription_id
        and coalesce(discounts.item_id, spans.item_id) = spans.item_id
        and spans.starts_on < coalesce(discounts.valid_to, date '9999-12-31')
        and discounts.valid_from < spans.ends_on;

create temp table reductions as
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
reduced as (

    select
        pieces.span_id,
        pieces.starts_on,
        pieces.ends_on,
        coalesce(
            list_reduce(
                list(1000000::hugeint - (discounts.percent_off * 10000)::hugeint)
                    filter (where discounts.percent_off is not null),
                lambda product, factor: product * factor
            ),
            1
        ) as factor,
        power(
            1000000, count(discounts.percent_off)
        )::hugeint as scale,
        micros(coalesce(sum(discounts.amount_off), 0)) as amount_off,
        micros(coalesce(sum(discounts.contract_amount_off), 0)) as contract_amount_off
    from pieces
    left join discounted_spans as discounts
        on
            pieces.span_id = discounts.span_id
            and pieces.starts_on >= discounts.starts_on
            and pieces.starts_on < discounts.ends_on
    group by all

)

select
    reduced.*,
    spans.subscription_id,
    spans.item_id,
    spans.intervals_a_year,
    spans.interval_count,
    greatest(
        cents(
            spans.yearly_picos * reduced.factor
            - reduced.amount_off
            * 1000000
            * spans.intervals_a_year
            * reduced.scale,
            spans.interval_count * 10000000000::hugeint * reduced.scale
        ),
        0
    ) as arr
from reduced
inner join spans on reduced.span_id = spans.rowid;

-- An amount off a contract is taken once, at its shortest interval, and shared by largest
-- remainder: anew whenever one of its items starts or ends.
create temp table shared_reductions as
with

contract_pieces as (

    select * from reductions
    where contract_amount_off > 0

),

parts as (

    select
        subscription_id,
        cut_on as starts_on,
        lead(cut_on) over (partition by subscription_id order by cut_on) as ends_on
    from (
        select
            subscription_id,
            starts_on as cut_on
        from contract_pieces
        union
        select
            subscription_id,
            ends_on as cut_on
        from contract_pieces
    )

),

shared as (

    select
        pieces.span_id,
        pieces.subscription_id,
        pieces.item_id,
        parts.starts_on,
        parts.ends_on,
        pieces.arr,
        (sum(pieces.arr) over contract * 100)::hugeint as contract_cents,
        (
            least(
                sum(pieces.arr) over contract,
                first_value(
                    cents(
                        pieces.contract_amount_off * pieces.intervals_a_year,
                        pieces.interval_count * 10000::hugeint
                    )
                ) over (
                    contract
                    order by
                        pieces.arr = 0,
                        pieces.intervals_a_year / pieces.interval_count desc,
                        pieces.item_id
                )
            ) * 100
        )::hugeint as off_cents
    from contract_pieces as pieces
    inner join parts
        on
            pieces.subscription_id = parts.subscription_id
            and parts.starts_on >= pieces.starts_on
            and parts.starts_on < pieces.ends_on
    window contract as (partition by pieces.subscription_id, parts.starts_on)

),

quotas as (

    select
        *,
        coalesce(
            off_cents * (arr * 100)::hugeint // nullif(contract_cents, 0), 0
        ) as whole_cents,
        off_cents * (arr * 100)::hugeint % nullif(contract_cents, 0) as remainder
    from shared

)

select
    span_id,
    starts_on,
    ends_on,
    arr - 0.01::decimal(3, 2) * (
        whole_cents
        + if(
            row_number() over (
                contract order by remainder desc, item_id
            ) <= off_cents - sum(whole_cents) over contract,
            1,
            0
        )
    )::decimal(18, 0) as arr
from quotas
window contract as (partition by subscription_id, starts_on);

create temp table priced as
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
    discounted.starts_on,
    discounted.ends_on,
    cents(
        spans.yearly_picos, spans.interval_count * 10000000000::hugeint
    ) as list_arr,
    discounted.arr
from (
    select
        span_id,
        starts_on,
        ends_on,
        arr
    from reductions
    where contract_amount_off = 0
    union all
    select * from shared_reductions
) as discounted
inner join spans on discounted.span_id = spans.rowid
where discounted.starts_on <= getvariable('horizon_on');

-- Short gaps: what ended just before is held until the return or, in its family, the
-- successor. One that comes back from a gap of its own succeeds no other.
create temp table held as
with

lined_up as (

    select
        account_key,
        product_key,
        starts_on,
        max(ends_on) over (
            by_start rows between unbounded preceding and 1 preceding
        ) as last_ended_on,
        max(ends_on) over (partition by account_key, product_key) as ends_at_last
    from priced
    where arr > 0 and starts_on <= getvariable('as_of')
    window by_start as (partition by account_key, product_key order by starts_on)

),

services as (

    select
        account_key,
        product_key,
        present_products.family_key,
        starts_on,
        last_ended_on,
        lead(last_ended_on, 1, ends_at_last) over by_start as ends_on,
        lead(starts_on) over by_start as returns_on
    from lined_up
    inner join present_products using (product_key)
    where last_ended_on is null or last_ended_on < starts_on
    window by_start as (partition by account_key, product_key order by starts_on)

),

succeeded as (

    select
        ended.account_key,
        ended.product_key,
        ended.ends_on,
        ended.returns_on,
        min(successors.starts_on) filter (
            where successors.starts_on >= ended.ends_on
        ) as succeeded_on,
        -- One that started shortly before the end and goes on took its place beforehand.
        coalesce(
            bool_or(
                successors.starts_on < ended.ends_on
                and (
                    successors.ends_on > ended.ends_on
                    or successors.ends_on > getvariable('as_of')
                )
            ),
            false
        ) as is_succeeded_before
    from services as ended
    left join services as successors
        on
            ended.account_key = successors.account_key
            and ended.family_key = successors.family_key
            and ended.product_key <> successors.product_key
            and abs(successors.starts_on - ended.ends_on) <= 30
            and coalesce(successors.starts_on - successors.last_ended_on > 30, true)
    where ended.ends_on <= getvariable('as_of')
    group by all

),

gaps as (

    select
        account_key,
        product_key,
        ends_on as gap_starts_on,
        least(returns_on, succeeded_on) as closes_on
    from succeeded
    where
        case
            when least(returns_on, succeeded_on) is null
                then
                    not is_succeeded_before
                    and getvariable('as_of') - ends_on < 30
            else
                least(returns_on, succeeded_on) - ends_on between 1 and 30
                and (
                    not is_succeeded_before
                    or coalesce(returns_on - ends_on <= 30, false)
                )
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
    coalesce(gaps.closes_on, date '9999-12-31') as ends_on
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

-- Contracts and usage ----------------------------------------------------------------

-- What is held for a late renewal stays in, unless it is signed again meanwhile, or one of
-- its family that is not there yet.
create temp table contracts as
with

here_already as (

    select
        account_key,
        product_key
    from priced
    where
        arr > 0
        and starts_on <= getvariable('last_balance_on')
        and ends_on > getvariable('last_balance_on')
    union
    select
        account_key,
        product_key
    from held
    where
        starts_on <= getvariable('last_balance_on')
        and ends_on > getvariable('last_balance_on')

),

signed_again as (

    select
        priced.account_key,
        priced.product_key,
        present_products.family_key,
        here_already.account_key is null as is_new
    from priced
    inner join present_products using (product_key)
    left join here_already using (account_key, product_key)
    where priced.starts_on > getvariable('last_balance_on') and priced.arr > 0

),

balances as (

    select
        account_key,
        product_key,
        currency,
        arr
    from priced
    where ends_on > getvariable('horizon_on')
    union all
    select
        held.account_key,
        held.product_key,
        held.currency,
        held.arr
    from held
    inner join present_products using (product_key)
    anti join signed_again
        on
            held.account_key = signed_again.account_key
            and present_products.family_key = signed_again.family_key
            and (held.product_key = signed_again.product_key or signed_again.is_new)
    where
        held.starts_on <= getvariable('last_balance_on')
        and held.ends_on = date '9999-12-31'

),

summed as (

    select
        account_key,
        currency,
        sum(arr)::decimal(18, 2) as arr
    from balances
    group by account_key, product_key, currency

)

select
    summed.account_key,
    sum(round(summed.arr * month_rates.rate, 2))::decimal(18, 2) as carr
from summed
inner join month_rates using (currency)
where month_rates.month_no = getvariable('last_month')
group by summed.account_key;

-- An invoice counts in the month it is issued and in the two after.
create temp table usage_months as
with

invoiced as (

    select
        accounts.account_key,
        products.product_key,
        invoice_lines.currency,
        invoice_lines.amount,
        month_number(invoice_lines.issued_on)
        + unnest([0, 1, 2])::integer as month_no
    from invoice_lines
    inner join read_parquet(
        getvariable('raw') || '/billing__subscription_items.parquet'
    ) as usage_items using (item_id)
    inner join products on usage_items.product_id = products.product_id
    inner join accounts on invoice_lines.account_id = accounts.account_id
    where
        usage_items.charge_type = 'usage'
        and invoice_lines.line_type in ('charge', 'proration', 'credit')

),

summed as (

    select
        account_key,
        currency,
        month_no,
        sum(amount)::decimal(18, 6) as amount
    from invoiced
    group by account_key, product_key, currency, month_no

)

select
    summed.account_key,
    summed.month_no,
    (4 * sum(round(summed.amount * month_rates.rate, 2)))::decimal(18, 2) as usage_arr
from summed
inner join month_rates using (currency, month_no)
group by summed.account_key, summed.month_no;

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
        sum(arr)::decimal(18, 2) as arr_delta,
        sum(list_arr)::decimal(18, 2) as list_arr_delta,
        sum(quantity)::decimal(18, 6) as quantity_delta,
        sum(n_held)::integer as n_held_delta
    from signed
    where month_no <= getvariable('last_month')
    group by all

)

select
    *,
    lead(month_no, 1, 1000000) over by_month as next_month_no,
    (sum(arr_delta) over by_month)::decimal(18, 2) as arr,
    (sum(list_arr_delta) over by_month)::decimal(18, 2) as list_arr,
    (sum(quantity_delta) over by_month)::decimal(18, 6) as quantity,
    (sum(n_held_delta) over by_month)::integer as n_held
from netted
window by_month as (
    partition by account_key, product_key, currency order by month_no
);

-- The same at plan rates, in the rates of every period the level or its opening of up
-- to twelve months later falls in.
create temp table product_levels as
with

foreign_accounts as (

    select distinct account_key
    from local_levels
    where currency <> getvariable('reporting_currency')

),

foreign_values as (

    select
        levels.account_key,
        levels.product_key,
        rate_periods.period_from,
        rate_periods.period_to,
        levels.month_no,
        levels.next_month_no,
        round(levels.arr * rate_periods.rate, 2)::decimal(18, 2) as arr,
        round(levels.list_arr * rate_periods.rate, 2)::decimal(18, 2) as list_arr,
        levels.quantity,
        levels.n_held
    from local_levels as levels
    inner join rate_periods
        on
            levels.currency = rate_periods.currency
            and levels.month_no < rate_periods.period_to
            and levels.next_month_no + 12 >= rate_periods.period_from
    where
        rate_periods.is_foreign
        and levels.arr > 0
        and levels.account_key in (select account_key from foreign_accounts)

),

foreign_netted as (

    select
        account_key,
        product_key,
        period_from,
        period_to,
        month_no,
        sum(arr)::decimal(18, 2) as arr_delta,
        sum(list_arr)::decimal(18, 2) as list_arr_delta,
        sum(quantity)::decimal(18, 6) as quantity_delta,
        sum(n_held)::integer as n_held_delta
    from (
        select * exclude (next_month_no) from foreign_values
        union all
        select
            account_key,
            product_key,
            period_from,
            period_to,
            next_month_no as month_no,
            -arr as arr,
            -list_arr as list_arr,
            -quantity as quantity,
            -n_held as n_held
        from foreign_values
        where next_month_no <= getvariable('last_month')
    )
    group by all

)

select
    *,
    lead(month_no, 1, 1000000) over by_month as next_month_no,
    (sum(arr_delta) over by_month)::decimal(18, 2) as arr,
    (sum(list_arr_delta) over by_month)::decimal(18, 2) as list_arr,
    (sum(quantity_delta) over by_month)::decimal(18, 6) as quantity,
    (sum(n_held_delta) over by_month)::integer as n_held
from foreign_netted
window by_month as (
    partition by account_key, product_key, period_from order by month_no
)
union all by name
select
    * exclude (currency),
    0 as period_from,
    1000000 as period_to
from local_levels
where account_key not in (select account_key from foreign_accounts);

-- Sums per account and family, and per account under the key of its cohort. `arr_delta`
-- is at the rates of the period, so a level less it is the opening without fx.
create temp table levels as
with

netted as (

    select
        product_levels.account_key,
        present_products.family_key as group_key,
        product_levels.period_from,
        product_levels.period_to,
        product_levels.month_no,
        sum(product_levels.arr_delta)::decimal(18, 2) as arr_delta,
        sum(product_levels.n_held_delta)::integer as n_held_delta
    from product_levels
    inner join present_products using (product_key)
    group by all
    union all
    select
        product_levels.account_key,
        accounts.cohort_key as group_key,
        product_levels.period_from,
        product_levels.period_to,
        product_levels.month_no,
        sum(product_levels.arr_delta)::decimal(18, 2) as arr_delta,
        sum(product_levels.n_held_delta)::integer as n_held_delta
    from product_levels
    inner join accounts
        on
            product_levels.account_key = accounts.account_key
            and accounts.account_id = accounts.top_id
    group by all

)

select
    account_key,
    group_key,
    period_from,
    period_to,
    month_no,
    lead(month_no, 1, 1000000) over by_month as next_month_no,
    arr_delta,
    (sum(arr_delta) over by_month)::decimal(18, 2) as arr,
    (sum(n_held_delta) over by_month)::integer as n_held
from netted
window by_month as (partition by account_key, group_key, period_from order by month_no);

-- Movements --------------------------------------------------------------------------

create temp table changes as
with

in_force as (

    select
        account_key,
        group_key,
        greatest(month_no, period_from) as month_no,
        least(
            next_month_no, period_to, getvariable('last_month') + 1
        )::integer as next_month_no,
        arr as closing_arr,
        if(month_no >= period_from, arr - arr_delta, arr) as revalued_arr,
        n_held
    from levels

)

select
    *,
    lag(closing_arr, 1, 0) over (
        partition by account_key, group_key order by month_no
    ) as opening_arr
from in_force
where month_no < next_month_no;

create temp table movements as
with

first_months as (

    select
        account_key,
        min(month_no) as first_month_no
    from changes
    where closing_arr > 0 and group_key < 1000000
    group by account_key

),

-- What the account did is also what its families are said to have done.
account_labels as (

    select
        changes.account_key,
        changes.month_no,
        case
            when changes.month_no = first_months.first_month_no then 'new'
            when changes.closing_arr > 0 then 'reactivation'
            else 'churn'
        end as label
    from changes
    inner join first_months using (account_key)
    where
        changes.group_key < 1000000
        and (changes.opening_arr > 0) <> (changes.closing_arr > 0)

)

select
    changes.account_key,
    changes.group_key,
    changes.month_no,
    changes.next_month_no,
    changes.opening_arr,
    changes.revalued_arr - changes.opening_arr as fx_arr,
    changes.closing_arr - changes.revalued_arr as change_arr,
    changes.closing_arr,
    changes.n_held > 0 as is_in_grace,
    coalesce(
        account_labels.label,
        case
            when changes.closing_arr > changes.revalued_arr then 'expansion'
            when changes.closing_arr < changes.revalued_arr then 'contraction'
        end
    ) as movement
from changes
left join account_labels using (account_key, month_no)
where changes.opening_arr <> 0 or changes.closing_arr <> 0;

-- The month of a change, then the quiet months until the next.
create table marts.arr_account_months as
with

account_movements as (

    select
        accounts.account_id,
        movements.*,
        coalesce(contracts.carr, 0) as carr
    from movements
    inner join accounts
        on
            movements.account_key = accounts.account_key
            and accounts.account_id = accounts.top_id
    left join contracts on movements.account_key = contracts.account_key
    where movements.group_key < 1000000

),

account_months as (

    select
        account_id,
        account_key,
        month_no,
        opening_arr,
        if(movement = 'new', change_arr, 0) as new_arr,
        if(movement = 'expansion', change_arr, 0) as expansion_arr,
        if(movement = 'reactivation', change_arr, 0) as reactivation_arr,
        if(movement = 'contraction', change_arr, 0) as contraction_arr,
        if(movement = 'churn', change_arr, 0) as churn_arr,
        fx_arr,
        closing_arr,
        movement,
        is_in_grace,
        carr
    from account_movements
    union all
    select
        account_id,
        account_key,
        unnest(range(month_no + 1, next_month_no))::integer as month_no,
        closing_arr as opening_arr,
        0 as new_arr,
        0 as expansion_arr,
        0 as reactivation_arr,
        0 as contraction_arr,
        0 as churn_arr,
        0 as fx_arr,
        closing_arr,
        null as movement,
        is_in_grace,
        carr
    from account_movements
    where closing_arr > 0

)

select
    account_months.account_id,
    month_date(account_months.month_no) as month_start,
    account_months.opening_arr,
    account_months.new_arr::decimal(18, 2) as new_arr,
    account_months.expansion_arr::decimal(18, 2) as expansion_arr,
    account_months.reactivation_arr::decimal(18, 2) as reactivation_arr,
    account_months.contraction_arr::decimal(18, 2) as contraction_arr,
    account_months.churn_arr::decimal(18, 2) as churn_arr,
    account_months.fx_arr::decimal(18, 2) as fx_arr,
    account_months.closing_arr,
    account_months.movement,
    account_months.is_in_grace,
    if(
        account_months.month_no = getvariable('last_month'), account_months.carr, null
    )::decimal(18, 2) as carr,
    coalesce(usage_months.usage_arr, 0)::decimal(18, 2) as usage_arr
from account_months
left join usage_months using (account_key, month_no);

create table marts.arr_product_months as
with

product_months as (

    select
        account_key,
        product_key,
        quantity,
        arr,
        n_held,
        unnest(
            range(
                greatest(month_no, period_from),
                least(next_month_no, period_to, getvariable('last_month') + 1)
            )
        ) as number
    from product_levels
    where arr <> 0

)

select
    accounts.account_id,
    present_products.product_id,
    month_date(product_months.number) as month_start,
    product_months.quantity,
    product_months.arr as closing_arr,
    product_months.n_held > 0 as is_in_grace
from product_months
inner join present_products using (product_key)
inner join accounts
    on
        product_months.account_key = accounts.account_key
        and accounts.account_id = accounts.top_id;

-- Drivers ----------------------------------------------------------------------------

-- A step takes the place of what ends that day on its subscription or, as the first of
-- one, of the contracts that end that day and of what is held up to it.
create temp table step_moves as
with

step_dates as (

    select distinct
        account_key,
        product_key,
        subscription_id,
        starts_on as step_on
    from priced
    where
        is_contracted_step
        and starts_on = valid_from
        and starts_on <= getvariable('as_of')
        and list_arr > 0

),

amended as (

    select
        step_dates.step_on,
        priced.*
    from priced
    inner join step_dates
        on
            priced.subscription_id = step_dates.subscription_id
            and priced.product_key = step_dates.product_key
            and priced.ends_on = step_dates.step_on
            and priced.valid_to = step_dates.step_on

),

openers as (

    select distinct
        account_key,
        product_key,
        step_on
    from step_dates
    anti join amended using (subscription_id, product_key, step_on)

),

ended as (

    select
        openers.step_on,
        priced.*
    from priced
    inner join openers
        on
            priced.account_key = openers.account_key
            and priced.product_key = openers.product_key
            and priced.ends_on = openers.step_on
    where not exists (
        select 1
        from priced as others
        where
            others.subscription_id = priced.subscription_id
            and others.product_key = priced.product_key
            and others.starts_on <= openers.step_on
            and others.ends_on > openers.step_on
            and others.list_arr > 0
    )
    union all
    select
        openers.step_on,
        priced.*
    from openers
    inner join (
        select distinct
            account_key,
            product_key,
            starts_on,
            ends_on
        from held
    ) as gaps
        on
            openers.account_key = gaps.account_key
            and openers.product_key = gaps.product_key
            and openers.step_on = gaps.ends_on
    inner join priced
        on
            gaps.account_key = priced.account_key
            and gaps.product_key = priced.product_key
            and gaps.starts_on = priced.ends_on
    where priced.arr > 0

)

select
    month_number(step_on) as month_no,
    -1 as direction,
    * exclude (step_on)
from amended
where list_arr > 0
union all
select
    month_number(step_on) as month_no,
    -1 as direction,
    * exclude (step_on)
from ended
where list_arr > 0
union all
select
    month_number(step_dates.step_on) as month_no,
    1 as direction,
    priced.*
from priced
inner join step_dates
    on
        priced.subscription_id = step_dates.subscription_id
        and priced.product_key = step_dates.product_key
        and priced.starts_on = step_dates.step_on
        and priced.valid_from = step_dates.step_on
where priced.list_arr > 0;

create temp table discount_changes as
select
    spans.item_id,
    month_number(discounted_spans.valid_from) as month_no
from discounted_spans
inner join spans on discounted_spans.span_id = spans.rowid
where discounted_spans.starts_on = discounted_spans.valid_from
union
select
    spans.item_id,
    month_number(discounted_spans.valid_to) as month_no
from discounted_spans
inner join spans on discounted_spans.span_id = spans.rowid
where discounted_spans.ends_on = discounted_spans.valid_to;

-- Items free of charge at one balance and not at the next: their product was there.
create temp table turns as
select
    later.account_key,
    later.product_key,
    month_number(later.starts_on) as month_no,
    bool_or(later.arr > 0) as was_free,
    bool_or(later.arr = 0) as is_free
from priced as later
inner join priced as earlier
    on
        later.item_id = earlier.item_id
        and month_number(later.starts_on) = month_number(earlier.ends_on)
        and (later.arr > 0) <> (earlier.arr > 0)
where
    month_number(earlier.starts_on) < month_number(earlier.ends_on)
    and month_number(later.starts_on) < month_number(later.ends_on)
    and least(earlier.list_arr, later.list_arr) > 0
    and later.item_id in (select item_id from priced where arr = 0)
group by all;

create temp table product_changes as
select
    product_levels.account_key,
    product_levels.product_key,
    product_levels.month_no,
    product_levels.arr - product_levels.arr_delta as opening_arr,
    product_levels.arr as closing_arr,
    product_levels.arr > 0
    and product_levels.arr <= product_levels.arr_delta
    and not coalesce(turns.was_free, false) as has_come,
    product_levels.arr <= 0
    and product_levels.arr > product_levels.arr_delta
    and not coalesce(turns.is_free, false) as has_left
from product_levels
inner join movements using (account_key, month_no)
left join turns using (account_key, product_key, month_no)
where
    product_levels.month_no >= product_levels.period_from
    and product_levels.month_no < product_levels.period_to
    and movements.group_key < 1000000
    and movements.opening_arr > 0
    and movements.closing_arr > 0;

-- Lines that one end of a month has and the other has not, the steps' own moves undone.
create temp table line_changes as
with

gaps as (

    select distinct
        account_key,
        product_key,
        starts_on,
        ends_on
    from held

),

-- What is held through a gap are the lines of the day before it: nothing starts or ends
-- before it closes.
lines as (

    select
        priced.*,
        month_number(coalesce(gaps_met.ends_on, priced.starts_on)) as from_month_no,
        month_number(coalesce(gaps_left.ends_on, priced.ends_on)) as to_month_no
    from priced
    left join gaps as gaps_met
        on
            priced.account_key = gaps_met.account_key
            and priced.product_key = gaps_met.product_key
            and priced.starts_on >= gaps_met.starts_on
            and priced.starts_on < gaps_met.ends_on
    left join gaps as gaps_left
        on
            priced.account_key = gaps_left.account_key
            and priced.product_key = gaps_left.product_key
            and priced.ends_on >= gaps_left.starts_on
            and priced.ends_on < gaps_left.ends_on
    where priced.list_arr > 0

),

moves as (

    select
        from_month_no as month_no,
        1 as direction,
        * exclude (from_month_no, to_month_no)
    from lines
    where from_month_no < to_month_no
    union all
    select
        to_month_no as month_no,
        -1 as direction,
        * exclude (from_month_no, to_month_no)
    from lines
    where from_month_no < to_month_no

),

netted as (

    select
        account_key,
        product_key,
        month_no,
        item_id,
        subscription_id,
        currency,
        quantity,
        unit_price,
        list_arr,
        arr,
        sum(direction)::integer as direction
    from moves
    semi join (
        select * from product_changes where not has_come and not has_left
    ) using (account_key, product_key, month_no)
    group by all
    having sum(direction) <> 0

),

unstepped as (

    select * from netted
    union all
    select
        account_key,
        product_key,
        month_no,
        item_id,
        subscription_id,
        currency,
        quantity,
        unit_price,
        list_arr,
        arr,
        -direction as direction
    from step_moves
    semi join netted using (account_key, product_key, month_no)

)

select
    unstepped.* exclude (list_arr, arr, direction),
    sum(unstepped.direction)::integer as direction,
    round(unstepped.list_arr * month_rates.rate, 2)::decimal(18, 2) as list_arr,
    round(unstepped.arr * month_rates.rate, 2)::decimal(18, 2) as arr
from unstepped
inner join month_rates using (currency, month_no)
group by all;

-- The item itself, else one price; then, largest with largest, an amendment before a new
-- contract and the same quantity before any.
create temp table line_pairs as
with

numbered as (

    select
        *,
        row_number() over (
            partition by account_key, product_key, month_no
            order by item_id, direction, arr
        ) as line_no
    from line_changes
    where direction <> 0

),

itself as (

    select
        *,
        if(
            max(direction) over item > min(direction) over item,
            min(line_no) over item,
            null
        ) as item_no
    from numbered
    window item as (partition by account_key, product_key, month_no, item_id)

),

pass_1 as (

    select
        *,
        case
            when item_no is not null then item_no
            when max(direction) over price > min(direction) over price
                then min(line_no) over price
        end as pair_no
    from itself
    window
        price as (
            partition by
                account_key,
                product_key,
                month_no,
                item_no is null,
                currency,
                unit_price
        )

),

pass_2 as (

    select
        * exclude (pair_no, place),
        case
            when pair_no is not null then pair_no
            when max(direction) over pair > min(direction) over pair
                then min(line_no) over pair
        end as pair_no
    from (
        select
            *,
            row_number() over (
                partition by
                    account_key,
                    product_key,
                    month_no,
                    pair_no is null,
                    direction,
                    subscription_id,
                    quantity
                order by quantity desc, unit_price desc, line_no
            ) as place
        from pass_1
    )
    window
        pair as (
            partition by
                account_key,
                product_key,
                month_no,
                pair_no is null,
                place,
                    subscription_id,
                    quantity
        )

),

pass_3 as (

    select
        * exclude (pair_no, place),
        case
            when pair_no is not null then pair_no
            when max(direction) over pair > min(direction) over pair
                then min(line_no) over pair
        end as pair_no
    from (
        select
            *,
            row_number() over (
                partition by
                    account_key,
                    product_key,
                    month_no,
                    pair_no is null,
                    direction,
                    subscription_id
                order by quantity desc, unit_price desc, line_no
            ) as place
        from pass_2
    )
    window
        pair as (
            partition by
                account_key,
                product_key,
                month_no,
                pair_no is null,
                place,
                    subscription_id
        )

),

pass_4 as (

    select
        * exclude (pair_no, place),
        case
            when pair_no is not null then pair_no
            when max(direction) over pair > min(direction) over pair
                then min(line_no) over pair
        end as pair_no
    from (
        select
            *,
            row_number() over (
                partition by
                    account_key,
                    product_key,
                    month_no,
                    pair_no is null,
                    direction,
                    quantity
                order by quantity desc, unit_price desc, line_no
            ) as place
        from pass_3
    )
    window
        pair as (
            partition by
                account_key,
                product_key,
                month_no,
                pair_no is null,
                place,
                    quantity
        )

),

pass_5 as (

    select
        * exclude (pair_no, place),
        case
            when pair_no is not null then pair_no
            when max(direction) over pair > min(direction) over pair
                then min(line_no) over pair
        end as pair_no
    from (
        select
            *,
            row_number() over (
                partition by
                    account_key,
                    product_key,
                    month_no,
                    pair_no is null,
                    direction
                order by quantity desc, unit_price desc, line_no
            ) as place
        from pass_4
    )
    window
        pair as (
            partition by
                account_key,
                product_key,
                month_no,
                pair_no is null,
                place
        )

)

select
    account_key,
    product_key,
    month_no,
    sum(quantity) filter (where direction < 0) as q0,
    sum(quantity) filter (where direction > 0) as q1,
    coalesce(sum(arr) filter (where direction < 0), 0) as a0,
    coalesce(sum(arr) filter (where direction > 0), 0) as a1,
    sum(list_arr - arr) filter (where direction < 0) as off0,
    sum(list_arr - arr) filter (where direction > 0) as off1,
    bool_or(discount_changes.month_no is not null) as has_discount_change
from pass_5
left join discount_changes using (item_id, month_no)
group by account_key, product_key, month_no, coalesce(pair_no, line_no);

create temp table line_drivers as
with

exact as (

    select
        * exclude (q0, q1, a0, a1, off0, off1),
        micros(q0) as q0,
        micros(q1) as q1,
        (a0 * 100)::bigint::hugeint as a0,
        (a1 * 100)::bigint::hugeint as a1,
        (off0 * 100)::bigint::hugeint as off0,
        (off1 * 100)::bigint::hugeint as off1
    from line_pairs

)

select
    account_key,
    product_key,
    month_no,
    sum(if(
        q0 is null or q1 is null,
        (a1 - a0) * 0.01::decimal(3, 2),
        cents((a0 * q1 + a1 * q0) * (q1 - q0), 2 * q0 * q1)
    ))::decimal(18, 2) as seats_arr,
    sum(if(
        has_discount_change and q0 is not null and q1 is not null,
        cents(-(q0 + q1) * (off1 * q0 - off0 * q1), 2 * q0 * q1),
        0
    ))::decimal(18, 2) as discount_arr
from exact
group by all;

create temp table steps as
select
    step_moves.account_key,
    step_moves.product_key,
    step_moves.month_no,
    sum(
        step_moves.direction * round(step_moves.arr * month_rates.rate, 2)
    )::decimal(18, 2) as arr
from step_moves
inner join month_rates using (currency, month_no)
semi join line_changes using (account_key, product_key, month_no)
group by all;

create table marts.expansion_drivers as
with

switches as (

    select
        product_changes.account_key,
        product_changes.product_key,
        product_changes.month_no,
        product_changes.opening_arr,
        product_changes.closing_arr,
        present_products.family_key,
        present_products.tier_rank,
        product_changes.has_come,
        row_number() over (
            partition by
                product_changes.account_key,
                present_products.family_key,
                product_changes.month_no,
                product_changes.has_come
            order by
                present_products.tier_rank desc nulls last,
                present_products.product_id
        ) as place
    from product_changes
    inner join present_products using (product_key)
    where product_changes.has_come or product_changes.has_left

),

paired as (

    select
        coalesce(came.account_key, gone.account_key) as account_key,
        coalesce(came.product_key, gone.product_key) as product_key,
        if(came.product_key is null, null, gone.product_key) as previous_product_key,
        coalesce(came.month_no, gone.month_no) as month_no,
        coalesce(came.closing_arr, 0) - coalesce(gone.opening_arr, 0) as arr_delta,
        coalesce(gone.opening_arr, 0) as opening_arr,
        coalesce(came.closing_arr, 0) as closing_arr,
        case
            when gone.product_key is null then 'cross_sell'
            when came.product_key is null then 'product_drop'
            when came.tier_rank > gone.tier_rank then 'tier_upgrade'
            when came.tier_rank < gone.tier_rank then 'tier_downgrade'
            when came.closing_arr >= gone.opening_arr then 'tier_upgrade'
            else 'tier_downgrade'
        end as driver
    from (select * from switches where has_come) as came
    full join (select * from switches where not has_come) as gone
        on
            came.account_key = gone.account_key
            and came.family_key = gone.family_key
            and came.month_no = gone.month_no
            and came.place = gone.place

),

explained as (

    select
        product_changes.*,
        coalesce(steps.arr, 0) as step_arr,
        coalesce(line_drivers.seats_arr, 0) as seats_arr,
        coalesce(line_drivers.discount_arr, 0) as discount_arr
    from product_changes
    left join steps using (account_key, product_key, month_no)
    left join line_drivers using (account_key, product_key, month_no)
    where not product_changes.has_come and not product_changes.has_left

),

driven as (

    select
        account_key,
        product_key,
        null::integer as previous_product_key,
        month_no,
        unnest(['contracted_step', 'discount', 'seats', 'price']) as driver,
        unnest([
            step_arr,
            discount_arr,
            seats_arr,
            closing_arr - opening_arr - step_arr - discount_arr - seats_arr
        ]) as arr_delta,
        opening_arr,
        closing_arr
    from explained
    union all by name
    select * from paired

)

select
    accounts.account_id,
    present_products.product_id,
    previous_products.product_id as previous_product_id,
    month_date(driven.month_no) as month_start,
    driven.driver,
    driven.arr_delta::decimal(18, 2) as arr_delta,
    driven.opening_arr::decimal(18, 2) as opening_arr,
    driven.closing_arr::decimal(18, 2) as closing_arr
from driven
inner join accounts
    on
        driven.account_key = accounts.account_key
        and accounts.account_id = accounts.top_id
inner join present_products on driven.product_key = present_products.product_key
left join present_products as previous_products
    on driven.previous_product_key = previous_products.product_key
where driven.arr_delta <> 0;

-- The bridge -------------------------------------------------------------------------

create table marts.arr_bridge_months as
with

group_months as (

    select
        group_key,
        month_no,
        sum(change_arr) filter (where movement = 'new') as new_arr,
        sum(change_arr) filter (where movement = 'expansion') as expansion_arr,
        sum(change_arr) filter (where movement = 'reactivation') as reactivation_arr,
        sum(change_arr) filter (where movement = 'contraction') as contraction_arr,
        sum(change_arr) filter (where movement = 'churn') as churn_arr,
        sum(fx_arr) as fx_arr,
        sum(closing_arr - opening_arr) as net_arr,
        sum((closing_arr > 0)::integer - (opening_arr > 0)::integer) as n_accounts,
        count(*) filter (where movement = 'new') as n_new,
        count(*) filter (where movement = 'expansion') as n_expansion,
        count(*) filter (where movement = 'reactivation') as n_reactivation,
        count(*) filter (where movement = 'contraction') as n_contraction,
        count(*) filter (where movement = 'churn') as n_churn
    from movements
    group by group_key, month_no

),

first_months as (

    select
        scope_groups.scope_type,
        scope_groups.scope_value,
        min(group_months.month_no) as first_month_no
    from group_months
    inner join scope_groups using (group_key)
    group by all

),

scope_months as (

    select
        scope_type,
        scope_value,
        unnest(range(first_month_no, getvariable('last_month') + 1))::integer
            as month_no
    from first_months

),

summed as (

    select
        scope_months.scope_type,
        scope_months.scope_value,
        scope_months.month_no,
        columns(group_months.* exclude (group_key, month_no))
    from scope_months
    left join scope_groups using (scope_type, scope_value)
    left join group_months using (group_key, month_no)

),

scope_sums as (

    select
        scope_type,
        scope_value,
        month_no,
        coalesce(sum(columns(* exclude (scope_type, scope_value, month_no))), 0)
    from summed
    group by all

)

select
    scope_type,
    scope_value,
    month_date(month_no) as month_start,
    (sum(net_arr) over by_month - net_arr)::decimal(18, 2) as opening_arr,
    new_arr::decimal(18, 2) as new_arr,
    expansion_arr::decimal(18, 2) as expansion_arr,
    reactivation_arr::decimal(18, 2) as reactivation_arr,
    contraction_arr::decimal(18, 2) as contraction_arr,
    churn_arr::decimal(18, 2) as churn_arr,
    fx_arr::decimal(18, 2) as fx_arr,
    (sum(net_arr) over by_month)::decimal(18, 2) as closing_arr,
    (sum(n_accounts) over by_month)::bigint as n_accounts,
    n_new::bigint as n_new_accounts,
    n_expansion::bigint as n_expansion_accounts,
    n_reactivation::bigint as n_reactivation_accounts,
    n_contraction::bigint as n_contraction_accounts,
    n_churn::bigint as n_churn_accounts
from scope_sums
window by_month as (partition by scope_type, scope_value order by month_no);

-- Retention --------------------------------------------------------------------------

create temp table openings as
select
    levels.account_key,
    levels.group_key,
    lags.n_months,
    levels.arr as opening_arr,
    greatest(levels.month_no + lags.n_months, levels.period_from) as from_no,
    least(
        levels.next_month_no + lags.n_months,
        levels.period_to,
        getvariable('last_month') + 1
    )::integer as to_no
from levels
cross join (select unnest([1, 3, 12])::integer as n_months) as lags
where
    levels.arr > 0
    and greatest(levels.month_no + lags.n_months, levels.period_from) < least(
        levels.next_month_no + lags.n_months,
        levels.period_to,
        getvariable('last_month') + 1
    );

create temp table closings as
select
    account_key,
    group_key,
    month_no as from_no,
    next_month_no as to_no,
    closing_arr
from movements
where closing_arr > 0;

create temp table opening_months as
select
    group_key,
    n_months,
    number::integer as month_no,
    sum(opening_arr) as opening_arr,
    count(*) as n_accounts,
    max(opening_arr) as top_arr
from (
    select *, unnest(range(from_no, to_no)) as number
    from openings
)
group by all;


-- What the cohort still has: each meeting of an opening and a closing adds at its start
-- and takes away at its end. A family keeps what accounts have in it now, had they
-- anything of it before or not; least and logos are of its own openings.
create temp table kept_months as
with

meetings as (

    select
        openings.group_key,
        openings.n_months,
        greatest(openings.from_no, closings.from_no) as from_no,
        least(openings.to_no, closings.to_no) as to_no,
        if(openings.group_key < 1000000, closings.closing_arr, 0) as net_arr,
        least(openings.opening_arr, closings.closing_arr) as gross_arr,
        1 as n_kept
    from openings
    inner join closings
        on
            openings.account_key = closings.account_key
            and openings.group_key = closings.group_key
            and openings.from_no < closings.to_no
            and closings.from_no < openings.to_no
    union all
    select
        closings.group_key,
        openings.n_months,
        greatest(openings.from_no, closings.from_no) as from_no,
        least(openings.to_no, closings.to_no) as to_no,
        closings.closing_arr as net_arr,
        0 as gross_arr,
        0 as n_kept
    from openings
    inner join closings
        on
            openings.account_key = closings.account_key
            and openings.from_no < closings.to_no
            and closings.from_no < openings.to_no
    where openings.group_key < 1000000 and closings.group_key >= 1000000

),

signed as (

    select
        group_key,
        n_months,
        from_no as month_no,
        sum(net_arr) as net_arr,
        sum(gross_arr) as gross_arr,
        sum(n_kept) as n_kept
    from meetings
    group by group_key, n_months, from_no
    union all
    select
        group_key,
        n_months,
        to_no as month_no,
        -sum(net_arr) as net_arr,
        -sum(gross_arr) as gross_arr,
        -sum(n_kept) as n_kept
    from meetings
    group by group_key, n_months, to_no

)

select
    scope_groups.scope_type,
    scope_groups.scope_value,
    signed.n_months,
    signed.month_no,
    sum(signed.net_arr) as net_arr,
    sum(signed.gross_arr) as gross_arr,
    sum(signed.n_kept) as n_kept
from signed
inner join scope_groups using (group_key)
group by all;

create table marts.retention_months as
with

scope_openings as (

    select
        scope_groups.scope_type,
        scope_groups.scope_value,
        opening_months.n_months,
        opening_months.month_no,
        sum(opening_months.opening_arr) as opening_arr,
        sum(opening_months.n_accounts) as n_accounts,
        max(opening_months.top_arr) as top_arr
    from opening_months
    inner join scope_groups using (group_key)
    group by all

),

bridge as (

    select
        scope_type,
        scope_value,
        month_number(month_start) as month_no,
        sum(expansion_arr + contraction_arr + churn_arr) over (
            partition by scope_type, scope_value
            order by month_start
            rows between 11 preceding and current row
        ) as flow_arr
    from marts.arr_bridge_months

),

measured as (

    select
        bridge.scope_type,
        bridge.scope_value,
        bridge.month_no,
        lags.n_months,
        coalesce(scope_openings.opening_arr, 0) as opening_arr,
        coalesce(scope_openings.n_accounts, 0) as n_accounts,
        scope_openings.top_arr,
        bridge.flow_arr,
        coalesce(sum(kept_months.net_arr) over by_month, 0) as net_arr,
        coalesce(sum(kept_months.gross_arr) over by_month, 0) as gross_arr,
        coalesce(sum(kept_months.n_kept) over by_month, 0) as n_kept
    from bridge
    cross join (select unnest([1, 3, 12])::integer as n_months) as lags
    left join scope_openings using (scope_type, scope_value, n_months, month_no)
    left join kept_months using (scope_type, scope_value, n_months, month_no)
    window by_month as (
        partition by bridge.scope_type, bridge.scope_value, lags.n_months
        order by bridge.month_no
    )

),

ratios as (

    select
        *,
        'net_revenue_retention_' || n_months || 'm' as metric_id,
        net_arr as numerator,
        opening_arr as denominator
    from measured
    union all
    select
        *,
        'gross_revenue_retention_' || n_months || 'm' as metric_id,
        gross_arr as numerator,
        opening_arr as denominator
    from measured
    union all
    select
        *,
        'logo_retention_' || n_months || 'm' as metric_id,
        n_kept as numerator,
        n_accounts as denominator
    from measured
    union all
    select
        *,
        'nrr_flow_12m' as metric_id,
        opening_arr + flow_arr as numerator,
        opening_arr as denominator
    from measured
    where n_months = 12

)

select
    scope_type,
    scope_value,
    month_date(month_no) as month_start,
    metric_id,
    numerator::decimal(18, 2) as numerator,
    denominator::decimal(18, 2) as denominator,
    if(
        denominator = 0,
        null,
        micro_ratio(numerator::decimal(18, 2), denominator::decimal(18, 2))
    ) as value,
    n_accounts::bigint as n_accounts,
    if(
        opening_arr = 0,
        null,
        micro_ratio(top_arr::decimal(18, 2), opening_arr::decimal(18, 2))
    ) as top_account_share,
    '2026.02' as policy_version
from ratios;
