with

owners as (

    select * from {{ ref('owner_coverage') }}

),

pay_plans as (

    select * from {{ ref('int_pay_plans_in_force') }}

),

credits as (

    select * from {{ ref('expansion_credits') }}

),

months as (

    select * from {{ ref('int_months') }}

),

last_year as (

    select months.month_start
    from months
    cross join months as last_month
    where
        last_month.is_last_month
        and months.month_number > last_month.month_number - 12

),

credited as (

    select
        credits.owner_user_id,
        sum(credits.credited_arr) as credited_arr_12m
    from credits
    inner join last_year on credits.month_start = last_year.month_start
    group by credits.owner_user_id

),

totals as (

    select sum(ready_expected_arr) as expected_arr
    from owners

),

shares as (

    select
        owners.*,
        {{ rate('owners.ready_expected_arr', 'totals.expected_arr') }}
            as expected_arr_rate
    from owners
    cross join totals

),

paid as (

    select
        shares.owner_user_id,
        shares.owner_name,
        shares.role,
        pay_plans.variable_pay,
        pay_plans.weight_expansion,
        pay_plans.weight_nrr,
        pay_plans.weight_new_logo,
        pay_plans.weight_other,
        pay_plans.weight_expansion + pay_plans.weight_nrr as expansion_pay_rate,
        shares.n_ready,
        shares.ready_expected_arr as expected_arr,
        shares.expected_arr_rate,
        coalesce(credited.credited_arr_12m, 0) as credited_arr_12m
    from shares
    left join pay_plans on shares.role = pay_plans.role
    left join credited on shares.owner_user_id = credited.owner_user_id
    where shares.owner_user_id is not null

),

judged as (

    select
        *,
        case
            when expected_arr > 0 then expansion_pay_rate = 0
            else false
        end as is_misaligned
    from paid

)

select
    owner_user_id,
    owner_name,
    role,
    variable_pay,
    weight_expansion,
    weight_nrr,
    weight_new_logo,
    weight_other,
    cast(expansion_pay_rate as decimal(18, 6)) as expansion_pay_rate,
    n_ready,
    expected_arr,
    expected_arr_rate,
    cast(credited_arr_12m as decimal(18, 2)) as credited_arr_12m,
    is_misaligned,
    concat(
        'Holds ', n_ready,
        case when n_ready = 1 then ' ready play' else ' ready plays' end,
        ' worth ', expected_arr, ' (',
        cast(round(100 * coalesce(expected_arr_rate, 0), 1) as decimal(18, 1)),
        ' % of all)',
        case
            when expansion_pay_rate is null then ', no pay plan of the role is known'
            else concat(
                case when is_misaligned then ', yet is paid ' else ', is paid ' end,
                cast(round(100 * expansion_pay_rate, 0) as integer),
                ' % of the variable pay for expansion and net retention, ',
                cast(round(100 * weight_new_logo, 0) as integer), ' % for new logos, ',
                cast(round(100 * weight_other, 0) as integer), ' % for the rest'
            )
        end
    ) as finding
from judged
