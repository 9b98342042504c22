with

bounds as (

    select
        min(month_start) as first_day,
        max(balance_on) as last_day
    from {{ ref('int_months') }}

),

numbered as (

    select
        first_day,
        {{ each_number('0', dbt.datediff('first_day', 'last_day', 'day') ~ ' + 1') }}
            as days_after
    from bounds

)

select
    cast({{ dbt.dateadd('day', 'days_after', 'first_day') }} as date) as calendar_on
from numbered
