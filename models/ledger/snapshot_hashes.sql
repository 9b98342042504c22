with

arr_snapshots as (

    select * from {{ ref('arr_snapshots') }}

),

item_snapshots as (

    select * from {{ ref('item_snapshots') }}

),

opening_item_snapshots as (

    select * from {{ ref('opening_item_snapshots') }}

),

reported_retention as (

    select * from {{ ref('reported_retention') }}

),

stacked as (

    select
        snapshot_id,
        month_start,
        count(*) as n_rows,
        sum(closing_arr) as closing_arr,
        {{ rows_hash([
            'account_id', 'product_id', 'quantity', 'closing_arr', 'opening_arr_12m',
            'is_in_grace',
        ]) }} as content_hash,
        cast(null as {{ dbt.type_string() }}) as items_hash,
        cast(null as {{ dbt.type_string() }}) as openings_hash,
        cast(null as {{ dbt.type_string() }}) as retention_hash
    from arr_snapshots
    group by snapshot_id, month_start

    union all

    select
        snapshot_id,
        month_start,
        0 as n_rows,
        0 as closing_arr,
        cast(null as {{ dbt.type_string() }}) as content_hash,
        {{ rows_hash([
            'account_id', 'product_id', 'item_id', 'is_adjustment', 'is_held',
            'subscription_id', 'source_account_id', 'source_product_id', 'currency',
            'quantity', 'local_arr', 'plan_rate', 'closing_arr',
            'source_parent_account_id', 'source_merged_into_account_id',
        ]) }} as items_hash,
        cast(null as {{ dbt.type_string() }}) as openings_hash,
        cast(null as {{ dbt.type_string() }}) as retention_hash
    from item_snapshots
    group by snapshot_id, month_start

    union all

    select
        snapshot_id,
        month_start,
        0 as n_rows,
        0 as closing_arr,
        cast(null as {{ dbt.type_string() }}) as content_hash,
        cast(null as {{ dbt.type_string() }}) as items_hash,
        {{ rows_hash([
            'account_id', 'product_id', 'item_id', 'is_adjustment', 'is_held',
            'subscription_id', 'source_account_id', 'source_product_id', 'currency',
            'quantity', 'local_arr', 'plan_rate', 'opening_arr_12m',
            'source_parent_account_id', 'source_merged_into_account_id',
        ]) }} as openings_hash,
        cast(null as {{ dbt.type_string() }}) as retention_hash
    from opening_item_snapshots
    group by snapshot_id, month_start

    union all

    select
        snapshot_id,
        month_start,
        0 as n_rows,
        0 as closing_arr,
        cast(null as {{ dbt.type_string() }}) as content_hash,
        cast(null as {{ dbt.type_string() }}) as items_hash,
        cast(null as {{ dbt.type_string() }}) as openings_hash,
        {{ rows_hash([
            'scope_type', 'scope_value', 'metric_id', 'numerator', 'denominator',
            'value', 'n_accounts', 'top_account_share', 'policy_version',
        ]) }} as retention_hash
    from reported_retention
    group by snapshot_id, month_start

)

select
    snapshot_id,
    month_start,
    cast(sum(n_rows) as bigint) as n_rows,
    cast(sum(closing_arr) as decimal(18, 2)) as closing_arr,
    max(content_hash) as content_hash,
    max(items_hash) as items_hash,
    max(openings_hash) as openings_hash,
    max(retention_hash) as retention_hash
from stacked
group by snapshot_id, month_start
