with

admitted as (

    {{ admitted('crm__play_runs') }}

)

select
    play_run_id,
    account_id,
    play,
    signal,
    owner_user_id,
    is_holdout,
    surfaced_on,
    actioned_on,
    outcome,
    closed_on
from admitted
