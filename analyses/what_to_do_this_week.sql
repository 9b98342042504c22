-- What should each owner do this week, why, what is it worth, and does
-- the play add to it?
with

queue as (

    select * from {{ ref('expansion_queue') }}
    where is_within_capacity

),

accounts as (

    select * from {{ ref('accounts') }}

)

select
    queue.owner_name,
    queue.owner_rank,
    accounts.account_name,
    queue.play,
    queue.proposal,
    queue.evidence,
    queue.expected_arr,
    queue.expected_arr_low,
    queue.expected_arr_high,
    queue.signal_verdict,
    queue.play_verdict,
    queue.play_effect_arr,
    queue.play_effect_arr_low,
    queue.play_effect_arr_high,
    queue.act_from,
    queue.act_until,
    queue.priority
from queue
inner join accounts on queue.account_id = accounts.account_id
order by queue.owner_name asc, queue.owner_rank asc
