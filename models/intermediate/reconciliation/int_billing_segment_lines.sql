with

segments as (

    select * from {{ ref('int_billing_segments') }}

),

line_months as (

    select * from {{ ref('int_invoice_line_months') }}

),

discounts as (

    select * from {{ ref('stg_billing__discounts') }}

),

items as (

    select * from {{ ref('stg_billing__subscription_items') }}

),

-- Lines with a discount, counted in ARR or not: what it takes off is no quantity.
discounted as (

    select distinct line_months.line_id
    from line_months
    inner join items on line_months.item_id = items.item_id
    inner join discounts
        on
            items.subscription_id = discounts.subscription_id
            and coalesce(discounts.item_id, items.item_id) = items.item_id
            and line_months.service_to > discounts.valid_from
            and (
                discounts.valid_to is null
                or line_months.service_from < discounts.valid_to
            )

)

select
    segments.segment_id,
    line_months.line_id,
    line_months.item_id,
    line_months.is_credit,
    line_months.is_proration,
    line_months.service_from,
    line_months.service_to,
    line_months.service_days,
    line_months.amount_per_day,
    cast(line_months.amount as double)
    / line_months.n_days
    * segments.n_days as billed_amount,
    not line_months.is_credit and line_months.amount_per_day >= 0 as is_charge,
    -- It takes back a bill as a whole, so another bill may stand in its place.
    line_months.is_credit
    and max(case when line_months.is_credit then 0 else 1 end) over (
        partition by
            segments.segment_id,
            line_months.item_id,
            line_months.service_from,
            line_months.service_to,
            abs(line_months.amount_per_day)
    ) = 1 as is_correction,
    discounted.line_id is not null as is_discounted
from segments
inner join line_months
    on
        segments.account_id = line_months.account_id
        and segments.product_id = line_months.product_id
        and segments.currency = line_months.currency
        and segments.contract_id = line_months.contract_id
        and segments.month_number = line_months.month_number
        and segments.valid_from >= line_months.valid_from
        and segments.valid_from < line_months.valid_to
left join discounted on line_months.line_id = discounted.line_id
