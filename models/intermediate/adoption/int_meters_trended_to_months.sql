with

entitlements as (

    select * from {{ ref('int_entitlements_sampled_to_months') }}
    where meter <> 'seats'

),

quantities as (

    select * from {{ ref('int_quantities_summed_to_product_days') }}

),

motion_policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

limits as (

    select
        entitlements.account_id,
        entitlements.product_id,
        entitlements.meter,
        entitlements.month_number,
        entitlements.balance_on,
        sum(entitlements.limit_quantity) as limit_quantity,
        -- A meter is not at 0 on the days before there was one.
        least(
            max(motion_policy.limit_trend_days),
            {{ dbt.datediff(
                'min(entitlements.metered_from)', 'entitlements.balance_on', 'day'
            ) }} + 1
        ) as n_days
    from entitlements
    cross join motion_policy
    group by
        entitlements.account_id,
        entitlements.product_id,
        entitlements.meter,
        entitlements.month_number,
        entitlements.balance_on

),

-- No month is shorter than 28 days: a day is in the trends of so many months at most.
in_reach as (

    select
        quantities.*,
        {{ each_number(
            'quantities.month_number',
            'quantities.month_number + 2'
            ~ ' + cast(floor(motion_policy.limit_trend_days / 28) as integer)'
        ) }} as trend_month
    from quantities
    cross join motion_policy

),

placed as (

    select
        limits.*,
        in_reach.quantity,
        in_reach.month_number = limits.month_number as is_of_month,
        {{ dbt.datediff('in_reach.usage_date', 'limits.balance_on', 'day') }}
            as days_back
    from limits
    left join in_reach
        on
            limits.account_id = in_reach.account_id
            and limits.product_id = in_reach.product_id
            and limits.month_number = in_reach.trend_month

)

-- Days without use are 0 and add nothing: a least-squares line over 0 .. n - 1 needs
-- only the sum of the quantities and their moment about the middle of the days.
select
    account_id,
    product_id,
    meter,
    month_number,
    balance_on,
    limit_quantity,
    n_days,
    coalesce(sum(quantity) filter (where is_of_month), 0) as quantity,
    coalesce(sum(quantity) filter (where days_back < n_days), 0) as trend_quantity,
    coalesce(
        sum(quantity * (n_days - 1 - 2 * days_back)) filter (where days_back < n_days),
        0
    ) as trend_moment
from placed
group by
    account_id, product_id, meter, month_number, balance_on, limit_quantity, n_days
