-- Which contracts may count twice, too long, or under two ids, and what to do?
with

doubts as (

    select * from {{ ref('revenue_doubts') }}

),

accounts as (

    select * from {{ ref('accounts') }}

)

select
    doubts.doubt,
    doubts.account_id,
    accounts.account_name,
    doubts.product_id,
    doubts.doubt_arr,
    doubts.is_in_closing_arr,
    doubts.contract_lines,
    doubts.other_contract_lines,
    doubts.reason,
    doubts.remedy
from doubts
inner join accounts on doubts.account_id = accounts.account_id
order by doubts.is_in_closing_arr desc, doubts.doubt_arr desc, doubts.doubted_from asc
