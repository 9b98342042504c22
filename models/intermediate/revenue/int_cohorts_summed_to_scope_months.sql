with

cohorts as (

    select * from {{ ref('int_cohorts_followed_to_closings') }}

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

starts_and_ends as (

    select
        lag_months,
        account_id,
        product_family,
        first_month as month_number,
        all_opening_arr,
        opening_arr,
        closing_arr,
        kept_arr,
        n_accounts,
        n_kept_accounts
    from cohorts

    union all

    select
        lag_months,
        account_id,
        product_family,
        end_month as month_number,
        -all_opening_arr as all_opening_arr,
        -opening_arr as opening_arr,
        -closing_arr as closing_arr,
        -kept_arr as kept_arr,
        -n_accounts as n_accounts,
        -n_kept_accounts as n_kept_accounts
    from cohorts

),

cells as (

    select
        starts_and_ends.lag_months,
        accounts.segment,
        accounts.country,
        accounts.industry,
        starts_and_ends.product_family,
        starts_and_ends.month_number,
        sum(starts_and_ends.all_opening_arr) as all_opening_arr,
        sum(starts_and_ends.opening_arr) as opening_arr,
        sum(starts_and_ends.closing_arr) as closing_arr,
        sum(starts_and_ends.kept_arr) as kept_arr,
        sum(starts_and_ends.n_accounts) as n_accounts,
        sum(starts_and_ends.n_kept_accounts) as n_kept_accounts
    from starts_and_ends
    inner join accounts on starts_and_ends.account_id = accounts.account_id
    group by
        starts_and_ends.lag_months,
        accounts.segment,
        accounts.country,
        accounts.industry,
        starts_and_ends.product_family,
        starts_and_ends.month_number

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
    sum(all_opening_arr) as all_opening_change,
    sum(opening_arr) as opening_change,
    sum(closing_arr) as closing_change,
    sum(kept_arr) as kept_change,
    sum(n_accounts) as n_accounts_change,
    sum(n_kept_accounts) as n_kept_accounts_change
from cells
where product_family is {{ 'not null' if scope_type == 'product_family' else 'null' }}
group by 2, 3, 4
{{ 'union all' if not loop.last }}
{% endfor %}
