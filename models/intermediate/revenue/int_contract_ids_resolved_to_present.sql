with recursive

contract_ids as (

    select * from {{ ref('stg_billing__contract_ids') }}
    where is_in_source

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

steps as (

    select
        migrations.id_kind,
        migrations.old_id,
        migrations.new_id
    from {{ ref('stg_billing__contract_migrations') }} as migrations
    cross join policy
    where migrations.effective_on <= policy.as_of_date

),

walks as (

    select
        id_kind,
        old_id,
        new_id,
        1 as n_steps
    from steps

    union all

    select
        walks.id_kind,
        walks.old_id,
        steps.new_id,
        walks.n_steps + 1 as n_steps
    from walks
    inner join steps
        on walks.id_kind = steps.id_kind and walks.new_id = steps.old_id

),

-- An id between two systems may be gone as well.
found as (

    select
        walks.id_kind,
        walks.old_id,
        walks.new_id,
        walks.n_steps,
        min(walks.n_steps) over each_id as first_step,
        max(walks.n_steps) over each_id as last_step
    from walks
    inner join contract_ids
        on
            walks.id_kind = contract_ids.id_kind
            and walks.new_id = contract_ids.contract_id
    window each_id as (partition by walks.id_kind, walks.old_id)

)

select
    found.id_kind,
    found.old_id,
    max(case when found.n_steps = found.first_step then found.new_id end) as next_id,
    max(case when found.n_steps = found.last_step then found.new_id end) as present_id,
    max(case when contract_ids.contract_id is not null then 1 else 0 end) = 1
        as is_in_source
from found
left join contract_ids
    on
        found.id_kind = contract_ids.id_kind
        and found.old_id = contract_ids.contract_id
group by found.id_kind, found.old_id
