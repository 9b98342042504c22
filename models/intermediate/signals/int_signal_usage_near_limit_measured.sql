with

limit_months as (

    select * from {{ ref('int_limits_utilised_in_months') }}
    where limit_utilisation_rate is not null

),

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

policy as (

    select * from {{ ref('stg_policy__signals') }}
    where signal = 'usage_near_limit'

),

measured as (

    select
        present.account_id,
        policy.signal,
        present.month_number,
        limit_months.product_id,
        limit_months.meter,
        limit_months.quantity,
        limit_months.limit_quantity,
        limit_months.limit_utilisation_rate as value,
        limit_months.projected_breach_on,
        {{ meets_threshold('limit_months.limit_utilisation_rate') }}
        or coalesce(
            {{ dbt.datediff(
                'present.balance_on', 'limit_months.projected_breach_on', 'day'
            ) }} <= policy.window_days,
            false
        ) as is_fired
    from present
    cross join policy
    inner join limit_months
        on
            present.account_id = limit_months.account_id
            and present.month_start = limit_months.month_start

),

-- A meter that fires by its trend comes before a fuller one that does not.
ranked as (

    select
        account_id,
        signal,
        month_number,
        product_id,
        value,
        is_fired,
        concat(
            cast(quantity as decimal(38, 0)),
            ' of ',
            cast(limit_quantity as decimal(38, 0)),
            ' ',
            meter,
            ' of ',
            product_id,
            ' used in the month (',
            cast(100 * value as decimal(38, 1)),
            ' %)',
            case
                when value >= 1 or projected_breach_on is null then ''
                else concat(', the limit is reached on ', projected_breach_on)
            end
        ) as evidence,
        row_number() over (
            partition by account_id, month_number
            order by is_fired desc, value desc, product_id, meter
        ) as place
    from measured

)

select
    account_id,
    signal,
    month_number,
    product_id,
    value,
    is_fired,
    evidence
from ranked
where place = 1
