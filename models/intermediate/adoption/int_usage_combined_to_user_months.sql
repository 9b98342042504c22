with

months as (

    {{ months_to_add('int_months_stamped') }}

),

user_months as (

    select
        account_id,
        user_id,
        month_number,
        max(balance_on) as balance_on,
        bit_or(used_days) as used_days,
        bit_or(case when is_core then window_days else 0 end) as core_days
    from {{ ref('int_usage_months_resolved_to_accounts') }}
    where month_number in (select months.month_number from months)
    group by account_id, user_id, month_number

)

select
    user_months.account_id,
    user_months.user_id,
    user_months.month_number,
    user_months.balance_on,
    user_months.used_days,
    user_months.core_days,
    months.month_stamp
from user_months
inner join months on user_months.month_number = months.month_number
-- In order of months, so that a build of some months need not read the others.
{{ 'order by user_months.month_number' if not is_kept() }}
