with

packed as (

    select * from {{ ref('stg_product__usage_months') }}

),

months as (

    {{ months_to_add('stg_product__usage_month_stamps') }}

),

-- A copy says the same once more.
metered as (

    select distinct
        usage_rows.account_id,
        usage_rows.user_id,
        usage_rows.feature_key,
        usage_rows.usage_date,
        usage_rows.day_bit,
        usage_rows.month_number,
        usage_rows.quantity
    from {{ ref('stg_product__usage_rows') }} as usage_rows
    where
        usage_rows.quantity is not null
        {%- if is_kept() %}
        and usage_rows.month_number in (select month_number from months)
        {%- endif %}

)

select
    metered.account_id,
    metered.feature_key,
    metered.usage_date,
    metered.month_number,
    cast(sum(metered.quantity) as decimal(38, 6)) as quantity,
    months.month_stamp
from metered
inner join months on metered.month_number = months.month_number
inner join packed
    on
        metered.account_id = packed.account_id
        and metered.user_id = packed.user_id
        and metered.feature_key = packed.feature_key
        and metered.month_number = packed.month_number
where packed.logged_days & metered.day_bit <> 0
group by
    metered.account_id,
    metered.feature_key,
    metered.usage_date,
    metered.month_number,
    months.month_stamp
