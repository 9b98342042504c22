with

arr_months as (

    select * from {{ ref('arr_account_months') }}

),

retention as (

    select * from {{ ref('retention_accounts') }}
    where scope_type = 'company' and lag_months = 12

),

adoption as (

    select * from {{ ref('adoption_account_months') }}

),

months as (

    select * from {{ ref('int_months') }}

),

appearances as (

    select
        account_id,
        month_start
    from arr_months

    union all

    select
        account_id,
        month_start
    from adoption

),

first_appearances as (

    select
        account_id,
        min(month_start) as first_month_start
    from appearances
    group by account_id

),

-- Those who left stay, with nothing: without them the newest month of a group of
-- leavers would be the one before they left, and its ARR what they paid then.
account_months as (

    select
        first_appearances.account_id,
        months.month_start
    from first_appearances
    inner join months on first_appearances.first_month_start <= months.month_start

),

measured as (

    select
        account_months.account_id,
        account_months.month_start,
        coalesce(arr_months.opening_arr, 0) as opening_arr,
        coalesce(arr_months.new_arr, 0) as new_arr,
        coalesce(arr_months.expansion_arr, 0) as expansion_arr,
        coalesce(arr_months.reactivation_arr, 0) as reactivation_arr,
        coalesce(arr_months.contraction_arr, 0) as contraction_arr,
        coalesce(arr_months.churn_arr, 0) as churn_arr,
        coalesce(arr_months.fx_arr, 0) as fx_arr,
        coalesce(arr_months.closing_arr, 0) as closing_arr,
        greatest(coalesce(retention.opening_arr, 0), 0) as cohort_opening_arr_12m,
        coalesce(retention.closing_arr, 0) as cohort_closing_arr_12m,
        coalesce(retention.kept_arr, 0) as cohort_kept_arr_12m,
        coalesce(retention.is_kept, false) as is_kept_12m,
        adoption.active_users,
        adoption.core_events,
        adoption.seats,
        adoption.seated_users,
        adoption.n_features_adopted,
        adoption.n_features_entitled
    from account_months
    left join arr_months
        on
            account_months.account_id = arr_months.account_id
            and account_months.month_start = arr_months.month_start
    left join retention
        on
            account_months.account_id = retention.account_id
            and account_months.month_start = retention.month_start
    left join adoption
        on
            account_months.account_id = adoption.account_id
            and account_months.month_start = adoption.month_start

)

-- Every month has its row, so twelve rows are twelve months.
select
    account_id,
    month_start,
    cast(opening_arr as decimal(18, 2)) as opening_arr,
    cast(new_arr as decimal(18, 2)) as new_arr,
    cast(expansion_arr as decimal(18, 2)) as expansion_arr,
    cast(reactivation_arr as decimal(18, 2)) as reactivation_arr,
    cast(contraction_arr as decimal(18, 2)) as contraction_arr,
    cast(churn_arr as decimal(18, 2)) as churn_arr,
    cast(fx_arr as decimal(18, 2)) as fx_arr,
    cast(closing_arr as decimal(18, 2)) as closing_arr,
    cast(
        sum(expansion_arr) over (
            partition by account_id
            order by month_start
            rows between 11 preceding and current row
        ) as decimal(18, 2)
    ) as expansion_arr_12m,
    cast(
        coalesce(
            lag(opening_arr, 11) over (partition by account_id order by month_start), 0
        ) as decimal(18, 2)
    ) as opening_arr_12m,
    cast(cohort_opening_arr_12m as decimal(18, 2)) as cohort_opening_arr_12m,
    cast(cohort_closing_arr_12m as decimal(18, 2)) as cohort_closing_arr_12m,
    cast(cohort_kept_arr_12m as decimal(18, 2)) as cohort_kept_arr_12m,
    is_kept_12m,
    active_users,
    core_events,
    seats,
    seated_users,
    n_features_adopted,
    n_features_entitled
from measured
