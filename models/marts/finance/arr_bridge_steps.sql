with

bridge as (

    select * from {{ ref('arr_bridge_months') }}

),

-- The bridge has every month of a scope, so twelve rows are twelve months.
windows as (

    select
        scope_type,
        scope_value,
        month_start,
        12 as n_months,
        coalesce(
            lag(opening_arr, 11) over (
                partition by scope_type, scope_value order by month_start
            ),
            0
        ) as opening_arr,
        sum(new_arr) over last_months as new_arr,
        sum(expansion_arr) over last_months as expansion_arr,
        sum(reactivation_arr) over last_months as reactivation_arr,
        sum(contraction_arr) over last_months as contraction_arr,
        sum(churn_arr) over last_months as churn_arr,
        sum(fx_arr) over last_months as fx_arr,
        closing_arr
    from bridge
    window
        last_months as (
            partition by scope_type, scope_value
            order by month_start
            rows between 11 preceding and current row
        )

    union all

    select
        scope_type,
        scope_value,
        month_start,
        1 as n_months,
        opening_arr,
        new_arr,
        expansion_arr,
        reactivation_arr,
        contraction_arr,
        churn_arr,
        fx_arr,
        closing_arr
    from bridge

),

{%- set steps = [
    'opening', 'new', 'expansion', 'reactivation', 'contraction', 'churn', 'fx'
] %}

steps as (

    {% for step in steps %}
        select
            scope_type,
            scope_value,
            month_start,
            n_months,
            {{ loop.index }} as step_number,
            '{{ step }}' as step,
            {{ step }}_arr as amount
        from windows

        union all

    {% endfor %}
    select
        scope_type,
        scope_value,
        month_start,
        n_months,
        {{ steps | length + 1 }} as step_number,
        'closing' as step,
        closing_arr as amount
    from windows

),

balances as (

    select
        scope_type,
        scope_value,
        month_start,
        n_months,
        step_number,
        step,
        amount,
        sum(amount) over (
            partition by scope_type, scope_value, month_start, n_months
            order by step_number
        ) as balance
    from steps

)

-- The closing stands on the ground, beside the steps that led to it.
select
    scope_type,
    scope_value,
    month_start,
    n_months,
    step_number,
    step,
    cast(amount as decimal(18, 2)) as amount,
    cast(case when step = 'closing' then 0 else balance - amount end as decimal(18, 2))
        as starts_at,
    cast(case when step = 'closing' then amount else balance end as decimal(18, 2))
        as ends_at
from balances
