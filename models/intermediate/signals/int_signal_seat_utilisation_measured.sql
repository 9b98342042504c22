with

product_months as (

    select * from {{ ref('int_adoption_measured_in_product_months') }}
    where seats > 0 and lasting_active_users is not null

),

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

policy as (

    select * from {{ ref('stg_policy__signals') }}
    where signal = 'seat_utilisation'

),

ranked as (

    select
        present.account_id,
        present.month_number,
        product_months.product_id,
        product_months.lasting_active_users,
        product_months.seats,
        row_number() over (
            partition by present.account_id, present.month_number
            order by
                product_months.lasting_active_users / product_months.seats desc,
                product_months.product_id
        ) as place
    from present
    inner join product_months
        on
            present.account_id = product_months.account_id
            and present.month_start = product_months.month_start

),

measured as (

    select
        account_id,
        month_number,
        product_id,
        lasting_active_users,
        seats,
        cast(lasting_active_users / seats as decimal(18, 6)) as value
    from ranked
    where place = 1

)

select
    measured.account_id,
    policy.signal,
    measured.month_number,
    measured.product_id,
    measured.value,
    {{ meets_threshold('measured.value') }} as is_fired,
    concat(
        measured.lasting_active_users,
        ' of ',
        cast(measured.seats as decimal(38, 0)),
        ' seats of ',
        measured.product_id,
        ' in use (',
        cast(100 * measured.value as decimal(18, 1)),
        ' %) on each of the last ',
        policy.window_days,
        ' days'
    ) as evidence
from measured
cross join policy
