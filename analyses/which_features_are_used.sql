-- Which features do those who pay for them use, and which are tried without?
with

feature_months as (

    select * from {{ ref('feature_adoption_months') }}

),

last_month as (

    select max(month_start) as month_start from {{ ref('feature_adoption_months') }}

)

select
    feature_months.feature_key,
    feature_months.product_id,
    feature_months.is_premium,
    count(*) filter (where feature_months.is_entitled) as n_entitled,
    count(*) filter (
        where feature_months.is_entitled and feature_months.is_adopted
    ) as n_adopted,
    count(*) filter (
        where not feature_months.is_entitled and feature_months.n_users > 0
    ) as n_trying
from feature_months
inner join last_month on feature_months.month_start = last_month.month_start
group by
    feature_months.feature_key, feature_months.product_id, feature_months.is_premium
order by feature_months.product_id asc, feature_months.feature_key asc
