-- Who left in the last 12 months, what was it worth, and did they come back?
with

account_months as (

    select * from {{ ref('arr_account_months') }}
    where movement = 'churn'

),

accounts as (

    select * from {{ ref('accounts') }}

),

last_year as (

    select distinct month_start
    from {{ ref('arr_bridge_months') }}
    order by month_start desc
    limit 12

)

select
    account_months.month_start,
    account_months.account_id,
    accounts.account_name,
    accounts.segment,
    accounts.first_arr_month,
    -account_months.churn_arr as lost_arr,
    accounts.current_arr,
    accounts.lifecycle = 'active' as is_back
from account_months
inner join last_year on account_months.month_start = last_year.month_start
inner join accounts on account_months.account_id = accounts.account_id
order by lost_arr desc, account_months.account_id asc
