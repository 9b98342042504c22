-- Fails if policy asks for windows that packed usage cannot answer: the adoption window
-- must lie in the shortest month, those of the last days in it and the month before.
{{ config(meta={'dagster': {'ref': {'name': 'stg_policy__motion_policy'}}}) }}
with

motion_policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

signals as (

    select cast(window_days as integer) as window_days
    from {{ ref('stg_policy__signals') }}
    where signal = 'seat_utilisation'

)

select
    motion_policy.adoption_window_days,
    signals.window_days
from motion_policy
left join signals on true
where
    motion_policy.adoption_window_days not between 1 and 28
    or motion_policy.adoption_window_days + signals.window_days - 1 > 56
