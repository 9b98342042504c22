with

segments as (

    select * from {{ ref('int_billing_segments') }}

),

item_months as (

    select * from {{ ref('int_item_months_in_force') }}

)

select
    segments.segment_id,
    item_months.item_id,
    item_months.quantity,
    item_months.price,
    item_months.unit_price,
    item_months.interval_days,
    item_months.interval_months,
    item_months.day_amount * segments.n_days as standing_amount
from segments
inner join item_months
    on
        segments.account_id = item_months.account_id
        and segments.product_id = item_months.product_id
        and segments.currency = item_months.currency
        and segments.contract_id = item_months.contract_id
        and segments.month_number = item_months.month_number
        and segments.valid_from >= item_months.covers_from
        and segments.valid_from < item_months.covers_to
