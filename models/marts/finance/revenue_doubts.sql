with

doubts as (

    select * from {{ ref('int_contracts_doubted') }}

),

valued as (

    select * from {{ ref('int_doubted_contracts_valued') }}

),

renewed_ids as (

    select * from {{ ref('int_lines_under_new_ids') }}

),

items as (

    select * from {{ ref('int_arr_items_resolved_to_accounts') }}
    where not is_adjustment and arr > 0

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

months as (

    select * from {{ ref('int_months') }}

),

contract_doubts as (

    select
        doubts.doubt,
        doubts.account_id,
        doubts.product_id,
        doubts.subscription_id,
        ours.contract_lines,
        doubts.other_subscription_id,
        other_lines.contract_lines as other_contract_lines,
        doubts.doubted_from,
        doubts.doubted_to,
        case
            when doubts.doubt = 'overlapping_contracts'
                then least(ours.arr, other_lines.arr)
            else ours.arr
        end as doubt_arr
    from doubts
    inner join valued as ours
        on
            doubts.doubt = ours.doubt
            and doubts.product_id = ours.product_id
            and doubts.subscription_id = ours.subscription_id
            and doubts.doubted_from = ours.doubted_from
            and not ours.is_other
    left join valued as other_lines
        on
            doubts.doubt = other_lines.doubt
            and doubts.product_id = other_lines.product_id
            and doubts.subscription_id = other_lines.subscription_id
            and doubts.other_subscription_id = other_lines.other_subscription_id
            and doubts.doubted_from = other_lines.doubted_from
            and other_lines.is_other
    where
        doubts.doubt = 'term_without_renewal'
        or (doubts.doubt = 'overlapping_contracts' and other_lines.arr is not null)
        or (
            ours.local_arr = other_lines.local_arr
            and ours.quantity = other_lines.quantity
            and ours.currency = other_lines.currency
        )

),

line_doubts as (

    select
        'line_under_new_id' as doubt,
        items.account_id,
        items.product_id,
        items.subscription_id,
        items.item_id as contract_lines,
        items.subscription_id as other_subscription_id,
        renewed_ids.other_item_id as other_contract_lines,
        items.valid_from as doubted_from,
        items.valid_to as doubted_to,
        cast(
            {{ to_reporting_currency('items.arr', 'rates.rate') }} as decimal(18, 2)
        ) as doubt_arr
    from renewed_ids
    inner join items
        on
            renewed_ids.item_id = items.item_id
            and items.valid_from = items.item_starts_on
    inner join rates
        on
            items.currency = rates.currency
            and {{ month_number('items.valid_from') }} >= rates.first_month
            and {{ month_number('items.valid_from') }} < rates.end_month

),

stacked as (

    select * from contract_doubts
    union all
    select * from line_doubts

)

select
    stacked.doubt,
    stacked.account_id,
    stacked.product_id,
    cast(
        {{ dbt.date_trunc('month', 'stacked.doubted_from') }} as date
    ) as month_start,
    stacked.doubted_from,
    stacked.doubted_to,
    stacked.subscription_id,
    stacked.contract_lines,
    stacked.other_subscription_id,
    stacked.other_contract_lines,
    stacked.doubt_arr,
    stacked.doubted_to is null
    or stacked.doubted_to > months.balance_on as is_in_closing_arr,
    case stacked.doubt
        when 'overlapping_contracts'
            then concat(
                stacked.subscription_id, ' began on ', stacked.doubted_from,
                ' while ', stacked.other_subscription_id,
                ' of the same product ran: both count',
                coalesce(concat(' until ', stacked.doubted_to), '')
            )
        when 'term_without_renewal'
            then concat(
                'the term of ', stacked.subscription_id,
                ' ended on ', stacked.doubted_from,
                ', no renewal is recorded, and it still counts'
            )
        when 'contract_under_new_id'
            then concat(
                stacked.subscription_id, ' began on ', stacked.doubted_from,
                ', the day on which ', stacked.other_subscription_id,
                ' ended, with the same quantity and ARR'
            )
        when 'line_under_new_id'
            then concat(
                stacked.contract_lines, ' began on ', stacked.doubted_from,
                ', the day on which ', stacked.other_contract_lines,
                ' ended, with the same terms and no reason'
            )
    end as reason,
    case stacked.doubt
        when 'overlapping_contracts'
            then 'if one replaces the other, end the old one when the new one starts'
        when 'term_without_renewal'
            then 'give the contract its present term_ends_on, or its ends_on'
        else 'if only the id is new, name both ids in billing__contract_migrations'
    end as remedy
from stacked
cross join months
-- What bears no ARR, such as a free line, is in no figure to be doubted.
where stacked.doubt_arr > 0 and months.is_last_month
