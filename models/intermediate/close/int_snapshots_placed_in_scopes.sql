with

snapshots as (

    select * from {{ ref('arr_snapshots') }}

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

),

scope_types as (

    select distinct scope_type
    from {{ ref('int_scope_groups_spread_to_scopes') }}

),

placed as (

    select
        'close' as scopes_of,
        month_start,
        account_id,
        segment,
        country,
        industry,
        product_family,
        closing_arr,
        opening_arr_12m,
        opening_arr_3m,
        opening_arr_1m
    from snapshots

    union all

    -- An account that is gone, by a merge for one, stays where it was.
    select
        'present' as scopes_of,
        snapshots.month_start,
        snapshots.account_id,
        coalesce(accounts.segment, snapshots.segment) as segment,
        coalesce(accounts.country, snapshots.country) as country,
        coalesce(accounts.industry, snapshots.industry) as industry,
        coalesce(products.product_family, snapshots.product_family)
            as product_family,
        snapshots.closing_arr,
        snapshots.opening_arr_12m,
        snapshots.opening_arr_3m,
        snapshots.opening_arr_1m
    from snapshots
    left join accounts on snapshots.account_id = accounts.account_id
    left join products on snapshots.product_id = products.product_id

),

scoped as (

    select
        placed.*,
        scope_types.scope_type,
        case scope_types.scope_type
            when 'company' then 'all'
            when 'segment' then placed.segment
            when 'country' then placed.country
            when 'industry' then placed.industry
            when 'product_family' then placed.product_family
        end as scope_value
    from placed
    cross join scope_types

)

select
    month_start,
    scopes_of,
    scope_type,
    scope_value,
    account_id,
    sum(closing_arr) as closing_arr,
    sum(opening_arr_12m) as opening_arr_12m,
    sum(opening_arr_3m) as opening_arr_3m,
    sum(opening_arr_1m) as opening_arr_1m
from scoped
-- An earlier version of the ledger froze no scopes: of those months only the company is
-- known.
where scope_value is not null
group by month_start, scopes_of, scope_type, scope_value, account_id
