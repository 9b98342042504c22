with

headcounts as (

    select * from {{ ref('stg_crm__account_headcounts') }}

),

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

-- The head-count of a group is what is said of the ultimate account: its children are
-- part of it.
ranked as (

    select
        present.account_id,
        present.month_number,
        headcounts.observed_on,
        headcounts.employee_count,
        row_number() over (
            partition by present.account_id, present.month_number
            order by headcounts.observed_on desc
        ) as recency
    from present
    inner join headcounts
        on
            present.account_id = headcounts.account_id
            and present.balance_on >= headcounts.observed_on

)

select
    account_id,
    month_number,
    observed_on,
    employee_count
from ranked
where recency = 1
