with

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

ultimate as (

    select distinct ultimate_account_id as account_id
    from {{ ref('int_accounts_resolved_to_ultimate') }}

)

-- A scope is that of today: an account does not leave its cohort by changing segment.
select
    accounts.account_id,
    accounts.account_name,
    coalesce(accounts.segment, 'unspecified') as segment,
    coalesce(accounts.industry, 'unspecified') as industry,
    coalesce(accounts.country, 'unspecified') as country,
    accounts.csm_user_id,
    accounts.account_manager_user_id,
    accounts.sales_user_id
from accounts
inner join ultimate on accounts.account_id = ultimate.account_id
