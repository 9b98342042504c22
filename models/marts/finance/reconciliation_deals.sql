with

deals as (

    select * from {{ ref('int_won_expansion_deals_explained') }}

),

won_as_new as (

    select * from {{ ref('int_deals_dated_to_as_of') }}
    where is_won and opportunity_type = 'new'

),

-- Before the first deal of the CRM nothing can be compared: who sold then is not known.
first_deal as (

    select min(created_on) as created_on from {{ ref('int_deals_dated_to_as_of') }}

),

movements as (

    select movements.*
    from {{ ref('int_expansion_movements_dated_by_items') }} as movements
    inner join first_deal on movements.moved_on >= first_deal.created_on

),

drivers as (

    select * from {{ ref('expansion_drivers') }}
    where arr_delta > 0

),

policy as (

    select * from {{ ref('int_reconciliation_limits') }}

),

-- Won as new business under an account that was a customer already, for this amount.
new_deals as (

    select
        movements.account_id,
        movements.month_start,
        count(*) as n_new_deals
    from movements
    cross join policy
    inner join won_as_new
        on
            movements.account_id = won_as_new.account_id
            and abs({{ dbt.datediff(
                'won_as_new.closed_on', 'movements.moved_on', 'day'
            ) }}) <= policy.crm_match_days
            and abs(won_as_new.amount_arr - movements.moved_arr)
            <= cast(policy.deal_amount_tolerance_rate as decimal(38, 6))
            * movements.moved_arr
    group by movements.account_id, movements.month_start

),

-- What nobody had to sell: steps signed long before, prices, discounts that ended.
growth as (

    select
        account_id,
        month_start,
        coalesce(
            sum(arr_delta) filter (
                where driver not in ('contracted_step', 'price', 'discount')
            ),
            0
        ) as sold_arr,
        coalesce(sum(arr_delta) filter (where driver = 'contracted_step'), 0)
            as step_arr,
        coalesce(sum(arr_delta) filter (where driver = 'price'), 0) as price_arr,
        coalesce(sum(arr_delta) filter (where driver = 'discount'), 0) as discount_arr
    from drivers
    group by account_id, month_start

),

paired as (

    select
        coalesce(deals.account_id, movements.account_id) as account_id,
        coalesce(movements.month_start, deals.closed_month_start) as month_start,
        deals.opportunity_id,
        deals.closed_on,
        movements.moved_on,
        deals.days_apart,
        deals.amount_arr as deal_arr,
        movements.moved_arr as movement_arr,
        coalesce(deals.amount_arr, 0) - coalesce(movements.moved_arr, 0) as difference,
        deals.reason as deal_reason
    from deals
    full join movements
        on
            deals.account_id = movements.account_id
            and deals.month_number = movements.month_number

)

select
    coalesce(
        paired.opportunity_id,
        concat(
            paired.account_id,
            ' ',
            cast(paired.month_start as {{ dbt.type_string() }})
        )
    ) as match_id,
    paired.account_id,
    paired.month_start,
    paired.opportunity_id,
    paired.closed_on,
    paired.moved_on,
    cast(paired.days_apart as integer) as days_apart,
    paired.deal_arr,
    paired.movement_arr,
    cast(paired.difference as decimal(18, 2)) as difference,
    case
        when paired.movement_arr is null then 'deal_without_movement'
        when paired.deal_arr is null then 'movement_without_deal'
        else 'matched'
    end as status,
    case
        when paired.movement_arr is null then paired.deal_reason
        when
            abs(paired.difference)
            <= cast(policy.deal_amount_tolerance_rate as decimal(38, 6))
            * paired.movement_arr
            then 'agrees'
        when paired.deal_arr is not null then 'amount_differs'
        when new_deals.n_new_deals > 0 then 'sold_as_new'
        when coalesce(growth.sold_arr, 1) > 0 then 'no_deal'
        when growth.step_arr >= greatest(growth.price_arr, growth.discount_arr)
            then 'contracted_step'
        when growth.price_arr >= growth.discount_arr then 'price_rise'
        else 'discount_ended'
    end as reason
from paired
cross join policy
left join growth
    on
        paired.account_id = growth.account_id
        and paired.month_start = growth.month_start
left join new_deals
    on
        paired.account_id = new_deals.account_id
        and paired.month_start = new_deals.month_start
