with

account_months as (

    select * from {{ ref('int_balance_changes_summed_to_account_months') }}

),

family_months as (

    select * from {{ ref('int_balance_changes_summed_to_family_months') }}

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

movements as (

    select
        accounts.segment,
        accounts.country,
        accounts.industry,
        cast(null as {{ dbt.type_string() }}) as product_family,
        account_months.month_number,
        account_months.movement,
        account_months.opening_arr,
        account_months.moved_arr,
        account_months.fx_arr,
        account_months.closing_arr
    from account_months
    inner join accounts on account_months.account_id = accounts.account_id

    union all

    select
        cast(null as {{ dbt.type_string() }}) as segment,
        cast(null as {{ dbt.type_string() }}) as country,
        cast(null as {{ dbt.type_string() }}) as industry,
        product_family,
        month_number,
        movement,
        opening_arr,
        moved_arr,
        fx_arr,
        closing_arr
    from family_months

),

cells as (

    select
        segment,
        country,
        industry,
        product_family,
        month_number,
        sum(closing_arr - opening_arr) as arr_change,
        sum(fx_arr) as fx_arr,
        {% for movement in ['new', 'expansion', 'reactivation', 'contraction', 'churn'] %}
        sum(moved_arr) filter (where movement = '{{ movement }}') as {{ movement }}_arr,
        count(*) filter (where movement = '{{ movement }}' and moved_arr <> 0)
            as n_{{ movement }}_accounts,
        {% endfor %}
        count(*) filter (where opening_arr <= 0 and closing_arr > 0)
        - count(*) filter (where opening_arr > 0 and closing_arr <= 0) as n_accounts_change
    from movements
    group by segment, country, industry, product_family, month_number

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
    month_number,
    sum(arr_change) as arr_change,
    sum(fx_arr) as fx_arr,
    {% for movement in ['new', 'expansion', 'reactivation', 'contraction', 'churn'] %}
    coalesce(sum({{ movement }}_arr), 0) as {{ movement }}_arr,
    sum(n_{{ movement }}_accounts) as n_{{ movement }}_accounts,
    {% endfor %}
    sum(n_accounts_change) as n_accounts_change
from cells
where product_family is {{ 'not null' if scope_type == 'product_family' else 'null' }}
group by 2, 3
{{ 'union all' if not loop.last }}
{% endfor %}
