{%- set columns = raw_contract_billing().billing__contract_migrations.columns -%}
with recursive

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

items as (

    select * from {{ ref('stg_billing__subscription_items') }}

),

-- As they were given: which of them are admitted hangs on what leads where.
migrations as (

    select
        id_kind,
        old_id,
        max(new_id) as new_id
    from ({{ typed_rows(columns, raw('billing__contract_migrations')) }}) as typed
    where effective_on is not null
    group by id_kind, old_id
    having min(new_id) = max(new_id) and min(effective_on) = max(effective_on)

),

in_source as (

    select
        'subscription' as id_kind,
        subscription_id as contract_id
    from subscriptions

    union all

    select
        'item' as id_kind,
        item_id as contract_id
    from items

),

-- Back from what is there to what it was before.
walks as (

    select
        migrations.id_kind,
        migrations.old_id
    from migrations
    inner join in_source
        on
            migrations.id_kind = in_source.id_kind
            and migrations.new_id = in_source.contract_id

    union

    select
        migrations.id_kind,
        migrations.old_id
    from walks
    inner join migrations
        on
            walks.id_kind = migrations.id_kind
            and walks.old_id = migrations.new_id

)

select
    id_kind,
    contract_id,
    true as is_in_source
from in_source

union all

select
    walks.id_kind,
    walks.old_id as contract_id,
    false as is_in_source
from walks
left join in_source
    on
        walks.id_kind = in_source.id_kind
        and walks.old_id = in_source.contract_id
where in_source.contract_id is null
