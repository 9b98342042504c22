with

refused as (

    select * from {{ ref('int_refused_amounts_put_to_causes') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

plan_rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

grouped as (

    select
        table_name,
        reason,
        coalesce(currency, '') as currency,
        sum(n_rows) as n_rows,
        min(row_key) as example_key,
        min(example_reason) as example_reason,
        sum(n_arr_rows) as n_arr_rows,
        sum(n_unreadable) as n_unreadable,
        sum(missing_arr) as local_missing_arr
    from refused
    group by table_name, reason, coalesce(currency, '')

)

select
    grouped.table_name,
    grouped.reason,
    grouped.currency,
    cast(grouped.n_rows as bigint) as n_rows,
    grouped.example_key,
    grouped.example_reason,
    cast(grouped.n_arr_rows as bigint) as n_arr_rows,
    cast(grouped.n_unreadable as bigint) as n_unreadable,
    cast(grouped.local_missing_arr as decimal(18, 2)) as local_missing_arr,
    cast(
        {{ to_reporting_currency('grouped.local_missing_arr', 'plan_rates.rate') }}
        as decimal(18, 2)
    ) as missing_arr,
    case
        when grouped.reason like '%has no plan rate%'
            then 'add its plan rate to billing__fx_rates'
        when grouped.reason like '%the key is in rows that differ%'
            then 'hand over each key once'
        when grouped.reason like '%is not in %'
            then concat(
                'hand over what it refers to, or mend the reference: ',
                'see quarantine.refused_rows'
            )
        else 'mend these rows in the source: see quarantine.refused_rows'
    end as cure
from grouped
cross join policy
left join plan_rates
    on
        grouped.currency = plan_rates.currency
        and policy.last_month >= plan_rates.first_month
        and policy.last_month < plan_rates.end_month
