with

told as (

    select * from {{ ref('int_items_told_of_closed_months') }}

),

contract_ids as (

    select * from {{ ref('int_contract_ids_resolved_to_present') }}

),

source_items as (

    select * from {{ ref('int_source_items_admitted') }}
    where not is_adjustment

),

new_contracts as (

    select distinct present_id
    from contract_ids
    where id_kind = 'subscription'

),

-- Lines of contracts of which one took over from the other: not each line is named.
lines_of_contracts as (

    select
        source_items.item_id,
        new_contracts.present_id is not null as is_of_new_contract,
        old_contracts.old_id is not null as is_of_old_contract
    from source_items
    left join new_contracts
        on source_items.subscription_id = new_contracts.present_id
    left join contract_ids as old_contracts
        on
            source_items.subscription_id = old_contracts.old_id
            and old_contracts.id_kind = 'subscription'
    where new_contracts.present_id is not null or old_contracts.old_id is not null

),

accounts_of_new_contracts as (

    select distinct told.account_id
    from told
    inner join lines_of_contracts on told.item_id = lines_of_contracts.item_id
    where
        not told.is_adjustment
        and told.is_now
        and lines_of_contracts.is_of_new_contract

),

renamed_lines as (

    select
        old_id as item_id,
        present_id
    from contract_ids
    where id_kind = 'item'

    union

    select
        present_id as item_id,
        present_id
    from contract_ids
    where id_kind = 'item'

),

placed as (

    select
        told.*,
        coalesce(renamed_lines.present_id, told.item_id) as present_id,
        renamed_lines.item_id is not null as is_renamed_line,
        source_items.item_id is not null as is_in_source,
        renamed_lines.item_id is not null
        or accounts.account_id is not null as is_concerned
    from told
    left join renamed_lines
        on told.item_id = renamed_lines.item_id and not told.is_adjustment
    left join source_items
        on told.item_id = source_items.item_id and not told.is_adjustment
    left join accounts_of_new_contracts as accounts
        on told.account_id = accounts.account_id and not told.is_adjustment

),

-- Lines that became one stand in one place, or they are not one line yet.
sided as (

    select
        *,
        min(account_id) over side = max(account_id) over side
        and min(product_id) over side = max(product_id) over side
        and min(currency) over side = max(currency) over side as is_one_line
    from placed
    where is_concerned
    window
        side as (
            partition by
                month_start, metric, policy_of, is_adjustment, present_id, is_now
        )

),

joined as (

    select
        *,
        min(case when is_one_line then 1 else 0 end) over line = 1 as is_one,
        max(case when is_now then 1 else 0 end) over line
        > min(case when is_now then 1 else 0 end) over line as is_on_both_sides
    from sided
    window
        line as (
            partition by month_start, metric, policy_of, is_adjustment, present_id
        )

),

-- A line that is on one side alone goes by its own id as long as the source knows it.
summed as (

    select
        month_start,
        metric,
        policy_of,
        is_now,
        case
            when is_one and (is_on_both_sides or not is_in_source) then present_id
            else item_id
        end as item_id,
        is_adjustment,
        max(account_id) as account_id,
        max(product_id) as product_id,
        max(source_account_id) as source_account_id,
        max(source_parent_account_id) as source_parent_account_id,
        max(source_merged_into_account_id) as source_merged_into_account_id,
        max(currency) as currency,
        min(plan_rate) as plan_rate,
        cast(sum(local_arr) as decimal(18, 2)) as local_arr,
        cast(sum(arr) as decimal(18, 2)) as arr,
        min(case when is_held then 1 else 0 end) = 1 as is_held,
        max(case when is_renamed_line and not is_one then 1 else 0 end) = 1
            as is_renamed
    from joined
    group by
        month_start,
        metric,
        policy_of,
        is_now,
        case
            when is_one and (is_on_both_sides or not is_in_source) then present_id
            else item_id
        end,
        is_adjustment

),

-- What one side alone knows: lines that are gone, or of a contract that was replaced,
-- and lines of one that took over.
loose as (

    select
        summed.*,
        count(*) over (
            partition by
                summed.month_start,
                summed.metric,
                summed.policy_of,
                summed.item_id,
                summed.is_adjustment
        ) = 1
        and not summed.is_adjustment
        and not summed.is_renamed
        and case
            when summed.is_now then coalesce(contracts.is_of_new_contract, false)
            else
                source_items.item_id is null
                or coalesce(contracts.is_of_old_contract, false)
        end as is_loose
    from summed
    left join lines_of_contracts as contracts on summed.item_id = contracts.item_id
    left join source_items on summed.item_id = source_items.item_id

),

-- Those of equal ARR are one line, one by one; then the largest with the largest.
placed_at_one_price as (

    select
        *,
        row_number() over (
            partition by
                month_start,
                metric,
                policy_of,
                is_now,
                is_loose,
                account_id,
                product_id,
                currency,
                local_arr
            order by item_id
        ) as place
    from loose

),

at_one_price as (

    select
        *,
        max(case when is_now then item_id end) over pair as now_item_id,
        is_loose and count(*) over pair = 2 as is_paired
    from placed_at_one_price
    window
        pair as (
            partition by
                month_start,
                metric,
                policy_of,
                is_loose,
                account_id,
                product_id,
                currency,
                local_arr,
                case when is_loose then place end,
                case when not is_loose then item_id end,
                case when not is_loose then is_adjustment end
        )

),

placed_by_size as (

    select
        *,
        row_number() over (
            partition by
                month_start,
                metric,
                policy_of,
                is_now,
                is_loose and not is_paired,
                account_id,
                product_id,
                currency
            order by local_arr desc, item_id
        ) as size_place
    from at_one_price

),

by_size as (

    select
        *,
        max(case when is_now then item_id end) over pair as now_item_id_by_size
    from placed_by_size
    window
        pair as (
            partition by
                month_start,
                metric,
                policy_of,
                is_loose and not is_paired,
                account_id,
                product_id,
                currency,
                size_place
        )

)

select
    month_start,
    metric,
    policy_of,
    is_now,
    case
        when is_paired then now_item_id
        when is_loose then coalesce(now_item_id_by_size, item_id)
        else item_id
    end as item_id,
    is_adjustment,
    account_id,
    product_id,
    source_account_id,
    source_parent_account_id,
    source_merged_into_account_id,
    currency,
    plan_rate,
    local_arr,
    arr,
    is_held,
    is_renamed
from by_size

union all

select
    month_start,
    metric,
    policy_of,
    is_now,
    item_id,
    is_adjustment,
    account_id,
    product_id,
    source_account_id,
    source_parent_account_id,
    source_merged_into_account_id,
    currency,
    plan_rate,
    local_arr,
    arr,
    is_held,
    false as is_renamed
from placed
where not is_concerned
