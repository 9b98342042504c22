with

items as (

    select * from {{ ref('int_arr_items_resolved_to_accounts') }}
    where not is_adjustment and arr > 0

),

doubts as (

    select * from {{ ref('int_contracts_doubted') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

-- The two contracts of a doubt, each on the day on which it is looked at.
sides as (

    select
        doubt,
        product_id,
        subscription_id,
        other_subscription_id,
        doubted_from,
        subscription_id as contract_id,
        valued_on,
        false as is_other
    from doubts

    union all

    select
        doubt,
        product_id,
        subscription_id,
        other_subscription_id,
        doubted_from,
        other_subscription_id as contract_id,
        other_valued_on as valued_on,
        true as is_other
    from doubts
    where other_subscription_id is not null

)

select
    sides.doubt,
    sides.product_id,
    sides.subscription_id,
    sides.other_subscription_id,
    sides.doubted_from,
    sides.is_other,
    max(items.currency) as currency,
    cast(sum(items.quantity) as decimal(24, 6)) as quantity,
    cast(sum(items.arr) as decimal(18, 2)) as local_arr,
    cast(
        {{ to_reporting_currency('sum(items.arr)', 'max(rates.rate)') }}
        as decimal(18, 2)
    ) as arr,
    {{ joined_text('items.item_id', 'items.item_id') }} as contract_lines
from sides
inner join items
    on
        sides.contract_id = items.subscription_id
        and sides.product_id = items.product_id
        and sides.valued_on >= items.valid_from
        and (items.valid_to is null or sides.valued_on < items.valid_to)
inner join rates
    on
        items.currency = rates.currency
        and {{ month_number('sides.valued_on') }} >= rates.first_month
        and {{ month_number('sides.valued_on') }} < rates.end_month
group by
    sides.doubt,
    sides.product_id,
    sides.subscription_id,
    sides.other_subscription_id,
    sides.doubted_from,
    sides.is_other
