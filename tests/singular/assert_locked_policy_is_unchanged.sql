-- Fails if a value of a locked policy version was changed: its hash is no longer the
-- one in policy_versions. The hash shown is what a new version would be locked with.
{{ config(meta={'dagster': {'ref': {'name': 'policy_versions'}}}) }}
with

policy as (

    select * from {{ ref('metric_policy') }}

),

versions as (

    select * from {{ ref('policy_versions') }}

),

pairs as (

    select
        policy_version,
        concat(policy_key, '=', value) as pair
    from policy

),

hashed as (

    select
        policy_version,
        {{ dbt.hash(dbt.listagg('pair', "','", 'order by pair')) }} as content_hash
    from pairs
    group by policy_version

)

select
    coalesce(versions.policy_version, hashed.policy_version) as policy_version,
    versions.content_hash as locked_hash,
    hashed.content_hash
from versions
full outer join hashed on versions.policy_version = hashed.policy_version
where
    versions.content_hash is null
    or hashed.content_hash is null
    or versions.content_hash <> hashed.content_hash
