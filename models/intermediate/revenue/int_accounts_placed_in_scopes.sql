with

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

ultimate as (

    select distinct ultimate_account_id as account_id
    from {{ ref('int_accounts_resolved_to_ultimate') }}

),

groups as (

    select * from {{ ref('int_scope_groups') }}
    where not is_family

)

-- A scope is that of today: an account does not leave its cohort by changing segment.
select
    accounts.account_id,
    accounts.account_name,
    groups.segment,
    groups.industry,
    groups.country,
    groups.group_id,
    accounts.csm_user_id,
    accounts.account_manager_user_id,
    accounts.sales_user_id
from accounts
inner join ultimate on accounts.account_id = ultimate.account_id
inner join groups
    on
        coalesce(accounts.segment, 'unspecified') = groups.segment
        and coalesce(accounts.country, 'unspecified') = groups.country
        and coalesce(accounts.industry, 'unspecified') = groups.industry
