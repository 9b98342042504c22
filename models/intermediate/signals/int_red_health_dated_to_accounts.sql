with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

health_months as (

    select * from {{ ref('int_health_scored_in_account_months') }}

),

last_not_red as (

    select
        present.account_id,
        max(present.month_number) as month_number
    from present
    left join health_months
        on
            present.account_id = health_months.account_id
            and present.month_start = health_months.month_start
    where coalesce(health_months.band <> 'red', true)
    group by present.account_id

)

select
    present.account_id,
    min(present.balance_on) as red_since
from present
left join last_not_red on present.account_id = last_not_red.account_id
where present.month_number > coalesce(last_not_red.month_number, 0)
group by present.account_id
