with

movements as (

    select * from {{ ref('int_movements_summed_to_scope_months') }}

),

months as (

    select * from {{ ref('int_months') }}

),

scopes as (

    select
        scope_type,
        scope_value,
        min(month_number) as first_month
    from movements
    group by scope_type, scope_value

)

-- Every month from a scope's first on, whether or not anything moved in it.
select
    scopes.scope_type,
    scopes.scope_value,
    months.month_number,
    months.month_start,
    months.policy_version
from scopes
inner join months on scopes.first_month <= months.month_number
