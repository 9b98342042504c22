with

item_months as (

    select * from {{ ref('int_item_months_in_force') }}

),

held as (

    select * from {{ ref('int_balance_gaps_held') }}

),

adjustments as (

    select * from {{ ref('int_arr_items_resolved_to_accounts') }}
    where is_adjustment

),

months as (

    select * from {{ ref('int_months_billed') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- Nobody sends a bill for either: a renewal that is late, and a word of finance.
without_bill as (

    select
        account_id,
        product_id,
        currency,
        valid_from,
        valid_to,
        arr,
        'held' as kind
    from held

    union all

    select
        account_id,
        product_id,
        currency,
        valid_from,
        valid_to,
        arr,
        'unbilled' as kind
    from adjustments

),

dated as (

    select
        without_bill.*,
        months.month_number,
        months.month_start,
        months.next_month_start,
        greatest(without_bill.valid_from, months.month_start) as covers_from,
        least(
            coalesce(without_bill.valid_to, months.next_month_start),
            months.next_month_start,
            cast({{ dbt.dateadd('day', 1, 'policy.last_balance_on') }} as date)
        ) as covers_to
    from without_bill
    inner join months
        on
            without_bill.valid_from < months.next_month_start
            and coalesce(without_bill.valid_to, months.next_month_start)
            > months.month_start
    cross join policy

),

counted as (

    select
        *,
        {{ dbt.datediff('covers_from', 'covers_to', 'day') }}
            as n_days,
        {{ dbt.datediff('month_start', 'next_month_start', 'day') }}
            as month_days
    from dated
    where covers_from < covers_to

),

parts as (

    select
        account_id,
        product_id,
        currency,
        month_number,
        kind,
        cast(arr as double) / 12 / month_days * n_days as amount
    from counted

    union all

    select
        account_id,
        product_id,
        currency,
        month_number,
        'in_force' as kind,
        {{ dbt.datediff('covers_from', 'covers_to', 'day') }}
        * day_amount as amount
    from item_months

)

select
    account_id,
    product_id,
    currency,
    month_number,
    kind,
    count(*) as n_parts,
    sum(abs(amount)) as gross_amount,
    cast(sum(amount) as decimal(38, 6)) as amount
from parts
group by account_id, product_id, currency, month_number, kind
having sum(amount) <> 0
