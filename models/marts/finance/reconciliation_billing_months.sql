with

reconciled as (

    select * from {{ ref('int_billing_reconciled_in_product_months') }}

),

months as (

    select * from {{ ref('int_months') }}

),

policy as (

    select * from {{ ref('int_reconciliation_limits') }}

),

-- What is held is the renewal's, not billing's: beside it another part may be open.
measured as (

    select
        *,
        greatest(
            abs(price_amount),
            abs(quantity_amount),
            abs(unbilled_amount),
            abs(billed_without_contract_amount),
            abs(credit_amount)
        ) as largest_open_amount,
        abs(price_amount)
        + abs(quantity_amount)
        + abs(unbilled_amount)
        + abs(billed_without_contract_amount)
        + abs(credit_amount) as parts_amount
    from reconciled

),

ranked as (

    select
        *,
        greatest(largest_open_amount, abs(held_amount)) as largest_amount
    from measured

)

select
    reconciled.account_id,
    reconciled.product_id,
    months.month_start,
    reconciled.billed_amount,
    reconciled.contracted_amount,
    reconciled.difference,
    reconciled.price_amount,
    reconciled.quantity_amount,
    reconciled.mid_month_amount,
    -- Of the parts the calendar can bear the cents that rounding each of them leaves.
    cast(reconciled.timing_amount + reconciled.cents_amount as decimal(18, 2))
        as timing_amount,
    reconciled.unbilled_amount,
    reconciled.held_amount,
    reconciled.billed_without_contract_amount,
    reconciled.credit_amount,
    cast(
        case
            when reconciled.largest_open_amount > policy.billing_line_tolerance
                then reconciled.parts_amount
            else 0
        end as decimal(18, 2)
    ) as open_amount,
    -- What the calendar does is told only where nothing else is: timing is in each row.
    case
        when reconciled.largest_amount > policy.billing_line_tolerance
            then
                case reconciled.largest_amount
                    when abs(reconciled.billed_without_contract_amount)
                        then 'billed_without_contract'
                    when abs(reconciled.unbilled_amount) then 'unbilled'
                    when abs(reconciled.held_amount) then 'held'
                    when abs(reconciled.credit_amount) then 'credit'
                    when abs(reconciled.quantity_amount) then 'quantity'
                    else 'price'
                end
        when abs(reconciled.difference) > policy.billing_line_tolerance then 'timing'
        else 'agrees'
    end as reason
from ranked as reconciled
inner join months on reconciled.month_number = months.month_number
cross join policy
