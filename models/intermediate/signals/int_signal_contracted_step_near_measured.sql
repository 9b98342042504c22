with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

steps as (

    select * from {{ ref('int_contracted_steps_near_months') }}

),

policy as (

    select * from {{ ref('stg_policy__signals') }}
    where signal = 'contracted_step_near'

),

ranked as (

    select
        present.account_id,
        present.month_number,
        steps.product_id,
        steps.steps_on,
        -- More units than a value holds are as many as it does.
        cast(
            least(coalesce(steps.units_added, 0), 999999999999) as decimal(18, 6)
        ) as value,
        row_number() over (
            partition by present.account_id, present.month_number
            order by steps.units_added desc, steps.product_id
        ) as place
    from present
    left join steps
        on
            present.account_id = steps.account_id
            and present.month_number = steps.month_number

)

select
    ranked.account_id,
    policy.signal,
    ranked.month_number,
    ranked.product_id,
    ranked.value,
    {{ meets_threshold('ranked.value') }} as is_fired,
    case
        when ranked.product_id is null
            then concat('no contracted step in the next ', policy.window_days, ' days')
        else concat(
            cast(ranked.value as decimal(18, 0)),
            ' more units of ',
            ranked.product_id,
            ' from ',
            ranked.steps_on,
            ' on, as contracted'
        )
    end as evidence
from ranked
cross join policy
where ranked.place = 1
