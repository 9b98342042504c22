with

valued as (

    select * from {{ ref('int_foreign_balances_valued_by_rate_period') }}

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

),

groups as (

    select * from {{ ref('int_scope_groups') }}

),

grouped as (

    select
        valued.*,
        accounts.group_id
    from valued
    inner join accounts on valued.account_id = accounts.account_id

    union all

    select
        valued.*,
        groups.group_id
    from valued
    inner join products on valued.product_id = products.product_id
    inner join groups on products.product_family = groups.product_family

),

starts_and_ends as (

    select
        account_id,
        group_id,
        period_from,
        period_to,
        first_month as month_number,
        arr
    from grouped

    union all

    select
        account_id,
        group_id,
        period_from,
        period_to,
        end_month as month_number,
        -arr as arr
    from grouped

),

changes as (

    select
        account_id,
        group_id,
        period_from,
        period_to,
        month_number,
        cast(sum(arr) as decimal(18, 2)) as arr_change
    from starts_and_ends
    group by account_id, group_id, period_from, period_to, month_number
    having sum(arr) <> 0

)

select
    account_id,
    group_id,
    period_from,
    period_to,
    month_number as first_month,
    lead(month_number) over months_in_order as end_month,
    cast(sum(arr_change) over months_in_order as decimal(18, 2)) as arr
from changes
window
    months_in_order as (
        partition by account_id, group_id, period_from order by month_number
    )
