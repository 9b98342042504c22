with

product_months as (

    select * from {{ ref('int_balance_changes_summed_to_product_months') }}

),

products as (

    select
        products.product_id,
        scope_groups.group_id
    from {{ ref('int_products_resolved_to_present') }} as products
    inner join {{ ref('int_scope_groups') }} as scope_groups
        on products.product_family = scope_groups.product_family

),

won_or_lost as (

    select * from {{ ref('int_balance_changes_summed_to_account_months') }}
    where movement in ('new', 'reactivation', 'churn')

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

changes as (

    select
        product_months.account_id,
        products.group_id,
        product_months.month_number,
        cast(sum(product_months.arr_change) as decimal(18, 2)) as arr_change,
        cast(sum(product_months.fx_arr) as decimal(18, 2)) as fx_arr
    from product_months
    inner join products on product_months.product_id = products.product_id
    group by
        product_months.account_id,
        products.group_id,
        product_months.month_number

),

balances as (

    select
        *,
        cast(sum(arr_change) over months_in_order as decimal(18, 2)) as closing_arr,
        lead(month_number) over months_in_order as next_month
    from changes
    window
        months_in_order as (
            partition by account_id, group_id order by month_number
        )

)

-- What an account wins, loses or wins back is that in each of its families, so that the
-- families add up to the company; otherwise a family's own change is what it did.
select
    balances.account_id,
    balances.group_id,
    balances.month_number,
    coalesce(balances.next_month, policy.last_month + 1) as next_month,
    case
        when won_or_lost.movement is not null then won_or_lost.movement
        when balances.arr_change > balances.fx_arr then 'expansion'
        when balances.arr_change < balances.fx_arr then 'contraction'
    end as movement,
    cast(balances.closing_arr - balances.arr_change as decimal(18, 2)) as opening_arr,
    cast(balances.arr_change - balances.fx_arr as decimal(18, 2)) as moved_arr,
    cast(balances.fx_arr as decimal(18, 2)) as fx_arr,
    cast(balances.closing_arr as decimal(18, 2)) as closing_arr
from balances
cross join policy
left join won_or_lost
    on
        balances.account_id = won_or_lost.account_id
        and balances.month_number = won_or_lost.month_number
