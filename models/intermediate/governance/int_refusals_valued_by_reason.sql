with

refused as (

    select * from {{ ref('int_refused_rows_traced_to_causes') }}

),

missing_items as (

    select * from {{ ref('int_missing_items_dated_by_cause') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

plan_rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

missing_today as (

    select
        missing_items.table_name,
        missing_items.row_key,
        missing_items.currency,
        missing_items.arr as local_arr,
        {{ to_reporting_currency('missing_items.arr', 'plan_rates.rate') }} as arr
    from missing_items
    cross join policy
    left join plan_rates
        on
            missing_items.currency = plan_rates.currency
            and policy.last_month >= plan_rates.first_month
            and policy.last_month < plan_rates.end_month
    where (
        missing_items.valid_from is null
        or missing_items.valid_from <= policy.last_balance_on
    )
    and (
        missing_items.valid_to is null
        or missing_items.valid_to > policy.last_balance_on
    )

),

missing_by_key as (

    select
        table_name,
        row_key,
        count(*) as n_missing_items,
        count(*) - count(local_arr) as n_unreadable_items,
        count(local_arr) - count(arr) as n_unconverted_items,
        sum(arr) as missing_arr,
        sum(local_arr) filter (where arr is null) as unconverted_arr,
        min(case
            when arr is null and local_arr is not null
                then coalesce(currency, 'an unknown currency')
        end) as first_currency,
        max(case
            when arr is null and local_arr is not null
                then coalesce(currency, 'an unknown currency')
        end) as last_currency
    from missing_today
    group by table_name, row_key

),

grouped as (

    select
        refused.table_name,
        refused.reason,
        coalesce(refused.cause_table, '') as cause_table,
        coalesce(refused.cause_reason, '') as cause_reason,
        sum(refused.n_rows) as n_rows,
        min(refused.row_key) as example_key,
        min(refused.example_reason) as example_reason,
        coalesce(sum(missing_by_key.n_missing_items), 0) as n_missing_items,
        coalesce(sum(missing_by_key.n_unreadable_items), 0) as n_unreadable_items,
        coalesce(sum(missing_by_key.n_unconverted_items), 0) as n_unconverted_items,
        sum(missing_by_key.missing_arr) as missing_arr,
        sum(missing_by_key.unconverted_arr) as unconverted_arr,
        min(missing_by_key.first_currency) as first_currency,
        max(missing_by_key.last_currency) as last_currency
    from refused
    left join missing_by_key
        on
            refused.is_first_reason
            and refused.table_name = missing_by_key.table_name
            and refused.row_key = missing_by_key.row_key
    group by
        refused.table_name,
        refused.reason,
        coalesce(refused.cause_table, ''),
        coalesce(refused.cause_reason, '')

)

select
    table_name,
    reason,
    cast(n_rows as bigint) as n_rows,
    example_key,
    example_reason,
    cause_table,
    cause_reason,
    cast(n_missing_items as bigint) as n_missing_items,
    cast(n_unreadable_items as bigint) as n_unreadable_items,
    cast(n_unconverted_items as bigint) as n_unconverted_items,
    -- Nothing missing is 0; missing, but of no amount that is known, is null.
    cast(
        case when n_missing_items = 0 then 0 else missing_arr end as decimal(18, 2)
    ) as missing_arr,
    cast(
        case when first_currency = last_currency then unconverted_arr end
        as decimal(18, 2)
    ) as unconverted_arr,
    case
        when first_currency = last_currency then first_currency
        when first_currency is not null then 'several currencies'
    end as unconverted_currency,
    case
        when cause_table <> ''
            then concat(
                'comes in with what it refers to, refused too: ',
                cause_table,
                ': ',
                cause_reason
            )
        when reason like '%has no plan rate%'
            then 'add its plan rate to billing__fx_rates'
        when reason like '%the key is in rows that differ%'
            then 'hand over each key once'
        when reason like '%is not in %'
            then concat(
                'hand over what it refers to, or mend the reference: ',
                'see quarantine.refused_rows'
            )
        else 'mend these rows in the source: see quarantine.refused_rows'
    end as cure
from grouped
