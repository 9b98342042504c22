-- Fails if a won expansion deal, or an expansion after the first deal, is not in
-- reconciliation_deals exactly once: a movement taken twice would hide one that nobody
-- sold.
{{ config(meta={'dagster': {'ref': {'name': 'reconciliation_deals'}}}) }}
with

matches as (

    select * from {{ ref('reconciliation_deals') }}

),

deals as (

    select * from {{ ref('deals') }}

),

account_months as (

    select * from {{ ref('arr_account_months') }}
    where movement = 'expansion'

),

expected as (

    select
        account_id,
        opportunity_id as side,
        amount_arr as arr
    from deals
    where is_won and opportunity_type = 'expansion'

    union all

    select
        account_id,
        cast(month_start as {{ dbt.type_string() }}) as side,
        expansion_arr as arr
    from account_months
    where
        month_start >= (
            select {{ dbt.dateadd('month', 1, 'min(created_on)') }} from deals
        )

),

shown as (

    select
        account_id,
        opportunity_id as side,
        deal_arr as arr
    from matches
    where opportunity_id is not null

    union all

    select
        account_id,
        cast(month_start as {{ dbt.type_string() }}) as side,
        movement_arr as arr
    from matches
    where
        movement_arr is not null
        and month_start >= (
            select {{ dbt.dateadd('month', 1, 'min(created_on)') }} from deals
        )

),

counted as (

    select
        account_id,
        side,
        arr,
        1 as n_expected,
        0 as n_shown
    from expected

    union all

    select
        account_id,
        side,
        arr,
        0 as n_expected,
        1 as n_shown
    from shown

)

select
    account_id,
    side,
    arr
from counted
group by account_id, side, arr
having sum(n_expected) <> 1 or sum(n_shown) <> 1
