with

rules as (

    select * from {{ ref('credit_rules') }}
    where credit_share > 0

),

owners as (

    select * from {{ ref('int_account_owners_stacked') }}

)

select
    owners.account_id,
    owners.user_id as owner_user_id,
    owners.role,
    rules.driver,
    rules.credit_share,
    owners.started_on,
    owners.ended_on
from owners
inner join rules on owners.role = rules.role
