-- Whose work is credited with expansion, and how much is credited to nobody?
select
    role,
    owner_user_id,
    sum(credited_arr) as credited_arr,
    sum(uncredited_arr) as uncredited_arr
from {{ ref('expansion_credits') }}
group by role, owner_user_id
order by credited_arr desc, owner_user_id asc
