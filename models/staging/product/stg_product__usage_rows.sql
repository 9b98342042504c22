{%- set columns = raw_contract_product()['product__usage_daily'].columns -%}
{%- set said = {} -%}
{%- for name, rule in columns.items() if not rule.key -%}
    {%- do said.update({name: rule}) -%}
{%- endfor -%}
with

dates as (

    select * from {{ ref('stg_product__usage_dates') }}

),

typed as (

    {{ typed_rows(columns, raw('product__usage_daily')) }}

)

select
    {%- for name in ('account_id', 'user_id', 'feature_key') %}
    cast(typed.raw_{{ name }} as {{ dbt.type_string() }}) as {{ name }},
    {%- endfor %}
    dates.usage_date,
    dates.month_number,
    dates.day_bit,
    dates.is_in_window,
    typed.event_count,
    typed.quantity,
    {%- for check in door_checks('product__usage_daily', said) %}
    {{ '    or ' if not loop.first }}coalesce({{ check.fails }}, false)
    {%- endfor %}
        as is_faulty
from typed
inner join dates on typed.raw_usage_date = dates.given_date
