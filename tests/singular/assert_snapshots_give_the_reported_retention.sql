-- Fails if the frozen accounts are not those of the frozen retention, or their frozen
-- lines not their closing: then a reported figure could not be explained later.
{{ config(meta={'dagster': {'ref': {'name': 'arr_snapshots'}}}) }}
with

accounts as (

    select
        month_start,
        account_id,
        sum(closing_arr) as closing_arr,
        sum(opening_arr_12m) as opening_arr
    from {{ ref('arr_snapshots') }}
    group by month_start, account_id

),

items as (

    select
        month_start,
        sum(closing_arr) as items_arr
    from {{ ref('item_snapshots') }}
    group by month_start

),

-- The cohort is those who paid twelve months before.
months as (

    select
        month_start,
        sum(closing_arr) as closing_arr,
        sum(case when opening_arr > 0 then closing_arr else 0 end) as numerator,
        sum(case when opening_arr > 0 then opening_arr else 0 end) as denominator
    from accounts
    group by month_start

),

retention as (

    select * from {{ ref('reported_retention') }}
    where scope_type = 'company' and metric_id = 'net_revenue_retention_12m'

)

select
    coalesce(months.month_start, retention.month_start) as month_start,
    months.numerator as snapshot_numerator,
    retention.numerator,
    months.denominator as snapshot_denominator,
    retention.denominator,
    items.items_arr,
    months.closing_arr
from months
full outer join retention on months.month_start = retention.month_start
left join items on months.month_start = items.month_start
where
    coalesce(months.numerator, 0) <> coalesce(retention.numerator, 0)
    or coalesce(months.denominator, 0) <> coalesce(retention.denominator, 0)
    or coalesce(items.items_arr, 0) <> coalesce(months.closing_arr, 0)
