with

movements as (

    select * from {{ ref('int_balance_changes_summed_to_account_months') }}
    where movement = 'expansion'

),

items as (

    select * from {{ ref('int_arr_items_resolved_to_accounts') }}

),

months as (

    select * from {{ ref('int_months') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

first_starts as (

    select
        items.account_id,
        {{ sampled_month('items.valid_from') }} as month_number,
        min(items.valid_from) as first_start_on
    from items
    cross join policy
    group by items.account_id, {{ sampled_month('items.valid_from') }}

)

-- A month in which nothing starts grew by what ended: its first day stands for it.
select
    movements.account_id,
    movements.month_number,
    months.month_start,
    movements.moved_arr,
    coalesce(first_starts.first_start_on, months.month_start) as moved_on
from movements
inner join months on movements.month_number = months.month_number
left join first_starts
    on
        movements.account_id = first_starts.account_id
        and movements.month_number = first_starts.month_number
