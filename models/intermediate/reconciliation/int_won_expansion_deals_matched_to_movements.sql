with recursive

deals as (

    select * from {{ ref('int_deals_dated_to_as_of') }}
    where is_won and opportunity_type = 'expansion'

),

movements as (

    select * from {{ ref('int_expansion_movements_dated_by_items') }}

),

drivers as (

    select * from {{ ref('int_continuing_account_changes_stacked_to_drivers') }}
    where arr_delta > 0

),

policy as (

    select * from {{ ref('stg_policy__finance_policy') }}

),

-- What nobody had to sell: steps signed long before, prices, discounts that ended.
unsold as (

    select
        account_id,
        month_number
    from drivers
    group by account_id, month_number
    having
        count(*) filter (
            where driver not in ('contracted_step', 'price', 'discount')
        ) = 0

),

-- What moved before the close, or unsold, is what the deal became only for its amount.
pairs as (

    select
        deals.account_id,
        deals.opportunity_id,
        movements.month_number,
        abs({{ dbt.datediff('deals.closed_on', 'movements.moved_on', 'day') }})
            as days_apart,
        abs(deals.amount_arr - movements.moved_arr) as amount_apart,
        movements.moved_on < deals.closed_on as is_before_close
    from deals
    inner join movements on deals.account_id = movements.account_id
    cross join policy
    left join unsold
        on
            movements.account_id = unsold.account_id
            and movements.month_number = unsold.month_number
    where
        abs({{ dbt.datediff('deals.closed_on', 'movements.moved_on', 'day') }})
        <= policy.crm_match_days
        and (
            (movements.moved_on >= deals.closed_on and unsold.account_id is null)
            or abs(deals.amount_arr - movements.moved_arr)
            <= cast(policy.deal_amount_tolerance_rate as decimal(38, 6))
            * movements.moved_arr
        )

),

-- Service follows the signature: what moved before the close is looked at last.
ranked as (

    select
        account_id,
        opportunity_id,
        month_number,
        days_apart,
        row_number() over (
            partition by account_id
            order by
                is_before_close, days_apart, amount_apart, month_number, opportunity_id
        ) as place
    from pairs

),

-- The best pair of an account first; taken names what earlier pairs have used.
walks as (

    select
        account_id,
        opportunity_id,
        month_number,
        days_apart,
        place,
        true as is_matched,
        concat('|', opportunity_id, '|month ', month_number, '|') as taken
    from ranked
    where place = 1

    union all

    select
        ranked.account_id,
        ranked.opportunity_id,
        ranked.month_number,
        ranked.days_apart,
        ranked.place,
        {{ dbt.position("concat('|', ranked.opportunity_id, '|')", 'walks.taken') }} = 0
        and {{ dbt.position(
            "concat('|month ', ranked.month_number, '|')", 'walks.taken'
        ) }} = 0 as is_matched,
        case
            when
                {{ dbt.position(
                    "concat('|', ranked.opportunity_id, '|')", 'walks.taken'
                ) }} = 0
                and {{ dbt.position(
                    "concat('|month ', ranked.month_number, '|')", 'walks.taken'
                ) }} = 0
                then concat(
                    walks.taken,
                    ranked.opportunity_id,
                    '|month ',
                    ranked.month_number,
                    '|'
                )
            else walks.taken
        end as taken
    from walks
    inner join ranked
        on walks.account_id = ranked.account_id and ranked.place = walks.place + 1

)

select
    account_id,
    opportunity_id,
    month_number,
    days_apart
from walks
where is_matched
