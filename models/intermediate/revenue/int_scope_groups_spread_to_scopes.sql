with

groups as (

    select * from {{ ref('int_scope_groups') }}

)

-- An account's group adds up to four scopes, a family's to one: sums are taken per
-- group first, for there are few of them.
select
    group_id,
    'company' as scope_type,
    'all' as scope_value
from groups
where not is_family

union all

select
    group_id,
    'segment' as scope_type,
    segment as scope_value
from groups
where not is_family

union all

select
    group_id,
    'country' as scope_type,
    country as scope_value
from groups
where not is_family

union all

select
    group_id,
    'industry' as scope_type,
    industry as scope_value
from groups
where not is_family

union all

select
    group_id,
    'product_family' as scope_type,
    product_family as scope_value
from groups
where is_family
