-- Fails if the items in force on a balance date, with what is held through a gap, are
-- not the accounts' closing ARR. The books are running sums of changes; this looks at
-- every item on every balance date, so a change counted twice or not at all shows here.
{{ config(meta={'dagster': {'ref': {'name': 'arr_account_months'}}}) }}
with

items as (

    select * from {{ ref('int_arr_items_resolved_to_accounts') }}
    where arr <> 0

),

-- What is held through a gap are the items of the day before it.
gaps as (

    select distinct
        account_id,
        product_id,
        valid_from,
        valid_to,
        cast({{ dbt.dateadd('day', -1, 'valid_from') }} as date) as held_on
    from {{ ref('int_balance_gaps_held') }}

),

months as (

    select * from {{ ref('int_months') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

in_force as (

    select
        items.account_id,
        items.product_id,
        items.currency,
        months.month_number,
        items.arr
    from items
    inner join months
        on
            items.valid_from <= months.balance_on
            and (items.valid_to is null or items.valid_to > months.balance_on)
    left join gaps
        on
            items.account_id = gaps.account_id
            and items.product_id = gaps.product_id
            and months.balance_on >= gaps.valid_from
            and (gaps.valid_to is null or months.balance_on < gaps.valid_to)
    where gaps.account_id is null

    union all

    select
        items.account_id,
        items.product_id,
        items.currency,
        months.month_number,
        items.arr
    from gaps
    inner join items
        on
            gaps.account_id = items.account_id
            and gaps.product_id = items.product_id
            and gaps.held_on >= items.valid_from
            and (items.valid_to is null or gaps.held_on < items.valid_to)
    inner join months
        on
            gaps.valid_from <= months.balance_on
            and (gaps.valid_to is null or gaps.valid_to > months.balance_on)

),

balances as (

    select
        account_id,
        product_id,
        currency,
        month_number,
        sum(arr) as arr
    from in_force
    group by account_id, product_id, currency, month_number

),

accounts_by_item as (

    select
        balances.account_id,
        months.month_start,
        sum({{ to_reporting_currency('balances.arr', 'rates.rate') }}) as closing_arr
    from balances
    inner join months on balances.month_number = months.month_number
    inner join rates
        on
            balances.currency = rates.currency
            and balances.month_number >= rates.first_month
            and balances.month_number < rates.end_month
    group by balances.account_id, months.month_start

),

account_months as (

    select * from {{ ref('arr_account_months') }}
    where closing_arr <> 0

)

select
    coalesce(account_months.account_id, accounts_by_item.account_id) as account_id,
    coalesce(account_months.month_start, accounts_by_item.month_start) as month_start,
    accounts_by_item.closing_arr as items_arr,
    account_months.closing_arr
from account_months
full outer join accounts_by_item
    on
        account_months.account_id = accounts_by_item.account_id
        and account_months.month_start = accounts_by_item.month_start
where
    coalesce(account_months.closing_arr, 0) <> coalesce(accounts_by_item.closing_arr, 0)
