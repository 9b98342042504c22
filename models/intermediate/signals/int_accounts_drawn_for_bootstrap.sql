with

accounts as (

    select distinct account_id from {{ ref('int_accounts_present_in_months') }}

),

policy as (

    select bootstrap_draws from {{ ref('stg_policy__motion_policy') }}

),

draws as (

    select {{ each_number('1', 'bootstrap_draws + 1') }} as draw
    from policy

),

chances as (

    select
        accounts.account_id,
        draws.draw,
        {{ hash_number("concat(accounts.account_id, ':', draws.draw)") }}
        / 4294967296.0 as chance
    from accounts
    cross join draws

),

-- How often an account is drawn follows the Poisson distribution with mean 1, which is
-- what drawing n of n with replacement comes to; its distribution function is below.
weighted as (

    select
        account_id,
        draw,
        case
            when chance < 0.3678794412 then 0
            when chance < 0.7357588823 then 1
            when chance < 0.9196986029 then 2
            when chance < 0.9810118432 then 3
            when chance < 0.9963401532 then 4
            when chance < 0.9994058152 then 5
            when chance < 0.9999167589 then 6
            else 7
        end as weight
    from chances

)

select
    account_id,
    draw,
    weight
from weighted
where weight > 0
