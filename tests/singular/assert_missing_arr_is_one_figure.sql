-- Fails if what refused rows leave out of ARR differs by item, by reason and by table.
{{ config(meta={'dagster': {'ref': {'name': 'refusals'}}}) }}
with

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

plan_rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

missing_items as (

    select
        missing_items.table_name,
        {{ to_reporting_currency('missing_items.arr', 'plan_rates.rate') }} as arr
    from {{ ref('int_missing_items_dated_by_cause') }} as missing_items
    cross join policy
    left join plan_rates
        on
            missing_items.currency = plan_rates.currency
            and plan_rates.end_month = policy.last_month + 1
    where
        coalesce(missing_items.valid_from <= policy.last_balance_on, true)
        and coalesce(missing_items.valid_to > policy.last_balance_on, true)

),

by_item as (

    select
        table_name,
        count(*) as n_missing_items,
        coalesce(sum(arr), 0) as missing_arr
    from missing_items
    group by table_name

),

by_reason as (

    select
        table_name,
        sum(n_missing_items) as n_missing_items,
        coalesce(sum(missing_arr), 0) as missing_arr
    from {{ ref('refusals') }}
    group by table_name

),

compared as (

    select
        summed.table_name,
        summed.n_missing_items,
        summed.missing_arr,
        coalesce(by_item.n_missing_items, 0) as n_by_item,
        coalesce(by_item.missing_arr, 0) as arr_by_item,
        coalesce(by_reason.n_missing_items, 0) as n_by_reason,
        coalesce(by_reason.missing_arr, 0) as arr_by_reason
    from {{ ref('data_quality_summary') }} as summed
    left join by_item on summed.table_name = by_item.table_name
    left join by_reason on summed.table_name = by_reason.table_name

)

select * from compared
where
    n_missing_items <> n_by_item
    or n_missing_items <> n_by_reason
    or coalesce(missing_arr, 0) <> arr_by_item
    or coalesce(missing_arr, 0) <> arr_by_reason
