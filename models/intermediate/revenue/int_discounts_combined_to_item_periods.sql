with

discounts as (

    select * from {{ ref('int_discounts_applied_to_items') }}

),

boundaries as (

    select
        item_id,
        item_valid_from as changes_on
    from discounts
    union
    select
        item_id,
        valid_from as changes_on
    from discounts
    union
    select
        item_id,
        valid_to as changes_on
    from discounts
    where valid_to is not null
    union
    select
        item_id,
        item_valid_to as changes_on
    from discounts
    where item_valid_to is not null

),

periods as (

    select
        item_id,
        changes_on as valid_from,
        lead(changes_on) over (partition by item_id order by changes_on) as valid_to
    from boundaries

),

-- Several percentages compound; no order among them changes the product.
combined as (

    select
        periods.item_id,
        periods.valid_from,
        periods.valid_to,
        {{ product_of('1 - coalesce(discounts.percent_off, 0) / 100') }} as kept_rate,
        sum(coalesce(discounts.amount_off, 0)) as amount_off,
        sum(coalesce(discounts.contract_amount_off, 0)) as contract_amount_off
    from periods
    left join discounts
        on
            periods.item_id = discounts.item_id
            and periods.valid_from >= discounts.valid_from
            and (discounts.valid_to is null or periods.valid_from < discounts.valid_to)
    group by periods.item_id, periods.valid_from, periods.valid_to

)

select
    item_id,
    valid_from,
    valid_to,
    cast(kept_rate as decimal(18, 12)) as kept_rate,
    -- No price is as much: what is off beyond it is nothing more.
    cast(least(amount_off, 999999999999) as decimal(18, 6)) as amount_off,
    cast(least(contract_amount_off, 999999999999) as decimal(18, 6))
        as contract_amount_off
from combined
