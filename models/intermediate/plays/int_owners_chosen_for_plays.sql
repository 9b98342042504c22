with

plays as (

    select * from {{ ref('int_plays_valued_by_like_cases') }}
    where not is_holdout

),

rules as (

    select * from {{ ref('ownership_rules') }}

),

owners as (

    select * from {{ ref('int_account_owners_stacked') }}

),

ranked_rules as (

    select
        plays.account_id,
        plays.play,
        rules.ownership_model,
        rules.owner_role,
        rules.backup_role,
        row_number() over (
            partition by plays.account_id, plays.play
            order by
                case when rules.segment = 'any' then 1 else 0 end,
                rules.least_expected_arr desc
        ) as place
    from plays
    inner join rules
        on
            (plays.segment = rules.segment or rules.segment = 'any')
            and rules.least_expected_arr <= coalesce(plays.expected_arr, 0)

),

named as (

    select
        ranked_rules.account_id,
        ranked_rules.play,
        ranked_rules.ownership_model,
        ranked_rules.owner_role,
        ranked_rules.backup_role,
        coalesce(owners.is_active, false) as has_owner,
        case when owners.user_id is null then false else owners.has_left end
            as is_first_owner_gone,
        owners.user_id as owner_user_id,
        backups.user_id as backup_user_id
    from ranked_rules
    left join owners
        on
            ranked_rules.account_id = owners.account_id
            and ranked_rules.owner_role = owners.role
    left join owners as backups
        on
            ranked_rules.account_id = backups.account_id
            and ranked_rules.backup_role = backups.role
            and backups.is_active
    where ranked_rules.place = 1

)

-- Whoever is there acts: a play does not wait for a vacancy to be filled.
select
    account_id,
    play,
    ownership_model,
    is_first_owner_gone,
    case when has_owner then owner_user_id else backup_user_id end as owner_user_id,
    case
        when has_owner or backup_user_id is null then owner_role
        else backup_role
    end as owner_role,
    case when has_owner and backup_user_id <> owner_user_id then backup_user_id end
        as backup_user_id
from named
