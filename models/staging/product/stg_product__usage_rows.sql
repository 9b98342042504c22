{%- set columns = raw_contract_product()['product__usage_daily'].columns -%}
{%- set fails = [] -%}
{%- for check in door_checks('product__usage_daily', columns) -%}
    {%- if check.is_self is not defined -%}
        {%- do fails.append('coalesce(' ~ check.fails ~ ', false)') -%}
    {%- endif -%}
{%- endfor -%}
with

dates as (

    select * from {{ ref('stg_product__usage_dates') }}

),

typed as (

    {{ typed_rows(columns, raw('product__usage_daily')) }}

)

select
    coalesce(typed.account_id, '') as account_id,
    coalesce(typed.user_id, '') as user_id,
    coalesce(typed.feature_key, '') as feature_key,
    dates.usage_date,
    dates.month_number,
    dates.balance_on,
    dates.days_before,
    typed.event_count,
    typed.quantity,
    not ({{ fails | join('\n        or ') }}) as is_admissible
from typed
inner join dates on typed.raw_usage_date = dates.given_date
