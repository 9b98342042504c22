-- Fails if a row of the books does not add up: a bridge that balances in total can miss
-- all churn, so each account's month and each scope's month must add up by itself.
{{ config(meta={'dagster': {'ref': {'name': 'arr_bridge_months'}}}) }}
with

books as (

    select
        'account' as scope_type,
        account_id as scope_value,
        month_start,
        opening_arr,
        new_arr,
        expansion_arr,
        reactivation_arr,
        contraction_arr,
        churn_arr,
        fx_arr,
        closing_arr
    from {{ ref('arr_account_months') }}

    union all

    select
        scope_type,
        scope_value,
        month_start,
        opening_arr,
        new_arr,
        expansion_arr,
        reactivation_arr,
        contraction_arr,
        churn_arr,
        fx_arr,
        closing_arr
    from {{ ref('arr_bridge_months') }}

)

select *
from books
where
    opening_arr
    + new_arr
    + expansion_arr
    + reactivation_arr
    + contraction_arr
    + churn_arr
    + fx_arr
    <> closing_arr
