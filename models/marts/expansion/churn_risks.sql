with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

red as (

    select * from {{ ref('int_red_health_dated_to_accounts') }}

),

last_month as (

    select * from {{ ref('int_months') }}
    where is_last_month

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

health_months as (

    select * from {{ ref('account_health_months') }}

),

reasons as (

    select * from {{ ref('int_red_inputs_named_to_account_months') }}

),

signals as (

    select * from {{ ref('account_signals') }}
    where is_suppressed

),

suppressed as (

    select
        account_id,
        month_start,
        cast(count(*) as integer) as n_signals
    from signals
    group by account_id, month_start

)

select
    present.account_id,
    present.month_start,
    present.closing_arr,
    health_months.score,
    red.red_since,
    reasons.reasons,
    accounts.csm_user_id,
    coalesce(suppressed.n_signals, 0) as n_suppressed_signals
from present
inner join last_month on present.month_number = last_month.month_number
inner join accounts on present.account_id = accounts.account_id
inner join health_months
    on
        present.account_id = health_months.account_id
        and present.month_start = health_months.month_start
inner join red on present.account_id = red.account_id
left join reasons
    on
        present.account_id = reasons.account_id
        and present.month_number = reasons.month_number
left join suppressed
    on
        present.account_id = suppressed.account_id
        and present.month_start = suppressed.month_start
