with

entitlements as (

    select * from {{ ref('int_entitlements_sampled_to_months') }}
    where meter <> 'seats'

),

metered_days as (

    select * from {{ ref('stg_product__metered_days') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

features as (

    select * from {{ ref('int_features_resolved_to_products') }}

),

months as (

    {{ months_to_add('int_months_stamped') }}

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
        months.month_stamp,
        sum(entitlements.limit_quantity) as limit_quantity,
        -- A meter is not at 0 on the days before there was one.
        least(
            max(motion_policy.limit_trend_days),
            {{ dbt.datediff(
                'min(entitlements.metered_from)', 'entitlements.balance_on', 'day'
            ) }} + 1
        ) as n_days
    from entitlements
    inner join months on entitlements.month_number = months.month_number
    cross join motion_policy
    group by
        entitlements.account_id,
        entitlements.product_id,
        entitlements.meter,
        entitlements.month_number,
        entitlements.balance_on,
        months.month_stamp

),

-- No month is shorter than 28 days: a trend looks back on so many months at most.
reach as (

    select
        min(months.month_number) as first_month,
        max(cast(floor(motion_policy.limit_trend_days / 28) as integer)) + 1 as n_months
    from months
    cross join motion_policy

),

in_reach as (

    select
        metered_days.*,
        {{ each_number(
            'metered_days.month_number', 'metered_days.month_number + reach.n_months + 1'
        ) }} as trend_month
    from metered_days
    inner join reach on metered_days.month_number >= reach.first_month - reach.n_months

),

resolved as (

    select
        accounts.ultimate_account_id as account_id,
        features.product_id,
        in_reach.usage_date,
        in_reach.month_number,
        in_reach.trend_month,
        in_reach.quantity
    from in_reach
    inner join months on in_reach.trend_month = months.month_number
    inner join accounts on in_reach.account_id = accounts.account_id
    inner join features on in_reach.feature_key = features.feature_key

),

placed as (

    select
        limits.*,
        resolved.quantity,
        resolved.month_number = limits.month_number as is_of_month,
        {{ dbt.datediff('resolved.usage_date', 'limits.balance_on', 'day') }}
            as days_back
    from limits
    left join resolved
        on
            limits.account_id = resolved.account_id
            and limits.product_id = resolved.product_id
            and limits.month_number = resolved.trend_month

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
    ) as trend_moment,
    month_stamp
from placed
group by
    account_id,
    product_id,
    meter,
    month_number,
    balance_on,
    limit_quantity,
    n_days,
    month_stamp
