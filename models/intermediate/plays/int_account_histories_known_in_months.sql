with

outcomes as (

    select * from {{ ref('int_outcomes_met_by_account_months') }}

),

products as (

    select * from {{ ref('int_balance_changes_summed_to_product_months') }}
    where closing_arr > 0

),

-- An expansion one month after a balance is one of the next balance's month: of the
-- rows before this one, each tells what had happened by now.
dated as (

    select
        account_id,
        month_number,
        min(month_number) over (partition by account_id) as first_month,
        max(case when months_to_expansion = 1 then month_number + 1 end) over (
            partition by account_id
            order by month_number
            rows between unbounded preceding and 1 preceding
        ) as expansion_month
    from outcomes

),

counted as (

    select
        outcomes.account_id,
        outcomes.month_number,
        count(*) as n_products
    from outcomes
    inner join products
        on
            outcomes.account_id = products.account_id
            and outcomes.month_number >= products.month_number
            and outcomes.month_number < products.next_month
    group by outcomes.account_id, outcomes.month_number

)

select
    dated.account_id,
    dated.month_number,
    dated.month_number - dated.first_month as months_as_customer,
    dated.month_number - dated.expansion_month as months_since_expansion,
    cast(coalesce(counted.n_products, 0) as integer) as n_products
from dated
left join counted
    on
        dated.account_id = counted.account_id
        and dated.month_number = counted.month_number
