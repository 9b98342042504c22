with

account_openings as (

    select * from {{ ref('int_openings_summed_to_accounts') }}
    where opening_arr > 0

),

family_openings as (

    select * from {{ ref('int_openings_summed_to_families') }}
    where opening_arr > 0

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

months as (

    select * from {{ ref('int_months') }}

),

openings as (

    select
        openings.lag_months,
        accounts.segment,
        accounts.country,
        accounts.industry,
        cast(null as {{ dbt.type_string() }}) as product_family,
        openings.first_month,
        openings.end_month,
        max(openings.opening_arr) as opening_arr
    from account_openings as openings
    inner join accounts on openings.account_id = accounts.account_id
    group by 1, 2, 3, 4, 5, 6, 7

    union all

    select
        lag_months,
        cast(null as {{ dbt.type_string() }}) as segment,
        cast(null as {{ dbt.type_string() }}) as country,
        cast(null as {{ dbt.type_string() }}) as industry,
        product_family,
        first_month,
        end_month,
        max(opening_arr) as opening_arr
    from family_openings
    group by 1, 2, 3, 4, 5, 6, 7

),

cells as (

    select
        openings.lag_months,
        openings.segment,
        openings.country,
        openings.industry,
        openings.product_family,
        months.month_number,
        max(openings.opening_arr) as opening_arr
    from openings
    inner join months
        on
            openings.first_month <= months.month_number
            and openings.end_month > months.month_number
    group by 1, 2, 3, 4, 5, 6

)

{% for scope_type, scope_value in [
    ('company', "'all'"),
    ('segment', 'segment'),
    ('country', 'country'),
    ('industry', 'industry'),
    ('product_family', 'product_family'),
] %}
select
    '{{ scope_type }}' as scope_type,
    {{ scope_value }} as scope_value,
    lag_months,
    month_number,
    max(opening_arr) as largest_opening_arr
from cells
where product_family is {{ 'not null' if scope_type == 'product_family' else 'null' }}
group by 2, 3, 4
{{ 'union all' if not loop.last }}
{% endfor %}
