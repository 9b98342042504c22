with

discounts as (

    select * from {{ ref('int_discounts_applied_to_items') }}

),

items as (

    select * from {{ ref('int_arr_items_resolved_to_accounts') }}
    where not is_adjustment

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- The discount's own start or end, not that of an item it applies to.
changes as (

    select
        item_id,
        discount_starts_on as changes_on,
        valid_from as borne_on
    from discounts
    where valid_from = discount_starts_on

    union all

    select
        item_id,
        discount_ends_on as changes_on,
        cast({{ dbt.dateadd('day', -1, 'discount_ends_on') }} as date) as borne_on
    from discounts
    where valid_to = discount_ends_on

)

select distinct
    items.item_id,
    {{ sampled_month('changes.changes_on') }} as month_number
from changes
inner join items
    on
        changes.item_id = items.item_id
        and changes.borne_on >= items.valid_from
        and (items.valid_to is null or changes.borne_on < items.valid_to)
cross join policy
where changes.changes_on <= policy.as_of_date
