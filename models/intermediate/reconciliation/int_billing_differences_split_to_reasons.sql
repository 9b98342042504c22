with

segments as (

    select * from {{ ref('int_billing_segments') }}

),

judged as (

    select * from {{ ref('int_billing_units_judged') }}

),

arr_months as (

    select * from {{ ref('int_arr_spread_to_months_by_billing') }}
    where kind <> 'in_force'

),

counted as (

    select
        segments.account_id,
        segments.product_id,
        segments.currency,
        segments.month_number,
        judged.reason,
        judged.is_in_force,
        judged.billed_amount,
        judged.standing_amount,
        judged.rest_per_day * segments.n_days as rest_amount,
        judged.credit_per_day * segments.n_days as credit_amount
    from judged
    inner join segments on judged.segment_id = segments.segment_id

),

parts as (

    -- A refund of days after the end of a contract meets what was billed for them.
    select
        account_id,
        product_id,
        currency,
        month_number,
        'billed_without_contract' as reason,
        billed_amount as amount
    from counted
    where not is_in_force

    union all

    select
        account_id,
        product_id,
        currency,
        month_number,
        'unbilled' as reason,
        -standing_amount as amount
    from counted
    where reason = 'unbilled'

    union all

    -- Days that only credits speak of.
    select
        account_id,
        product_id,
        currency,
        month_number,
        'credit' as reason,
        billed_amount as amount
    from counted
    where reason = 'unbilled'

    union all

    select
        account_id,
        product_id,
        currency,
        month_number,
        'credit' as reason,
        credit_amount as amount
    from counted
    where reason <> 'unbilled' and is_in_force

    union all

    select
        account_id,
        product_id,
        currency,
        month_number,
        reason,
        rest_amount as amount
    from counted
    where reason not in ('unbilled', 'timing') and is_in_force

    union all

    -- The rest of a bill is its price by days of service, against the twelfth below.
    select
        account_id,
        product_id,
        currency,
        month_number,
        'timing' as reason,
        billed_amount - rest_amount - credit_amount - standing_amount as amount
    from counted
    where reason <> 'unbilled' and is_in_force

    union all

    select
        account_id,
        product_id,
        currency,
        month_number,
        kind as reason,
        -amount as amount
    from arr_months

)

select
    account_id,
    product_id,
    currency,
    month_number,
    reason,
    cast(sum(amount) as decimal(38, 6)) as amount
from parts
group by account_id, product_id, currency, month_number, reason
having sum(amount) <> 0
