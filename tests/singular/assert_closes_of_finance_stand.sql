-- Warns if finance withdrew the close of a month that the ledger holds, or gave it
-- another day or name: what was reported stands all the same.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'closed_months'}}}) }}
with

closed_months as (

    select * from {{ ref('closed_months') }}

),

closes as (

    select * from {{ ref('stg_finance__period_closes') }}

)

select
    closed_months.month_start,
    closed_months.closed_on,
    closes.closed_on as closed_on_now
from closed_months
left join closes on closed_months.month_start = closes.month_start
where
    closes.month_start is null
    or closes.closed_on <> closed_months.closed_on
    or coalesce(closes.closed_by, '') <> coalesce(closed_months.closed_by, '')
