with recursive

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

steps as (

    select
        account_id,
        coalesce(merged_into_account_id, parent_account_id) as next_account_id
    from accounts

),

walks as (

    select
        account_id,
        next_account_id
    from steps
    where next_account_id is not null

    union all

    select
        walks.account_id,
        steps.next_account_id
    from walks
    inner join steps on walks.next_account_id = steps.account_id
    where steps.next_account_id is not null

),

ends as (

    select
        walks.account_id,
        walks.next_account_id as ultimate_account_id
    from walks
    inner join steps on walks.next_account_id = steps.account_id
    where steps.next_account_id is null

)

select
    account_id,
    ultimate_account_id
from ends

union all

select
    account_id,
    account_id as ultimate_account_id
from steps
where next_account_id is null
