with

differences as (

    select
        *,
        -- Data that were compared under two policies count by half under each.
        case when policy_of = 'same' then 2 * delta else delta end as double_delta
    from {{ ref('int_item_differences_put_to_causes') }}

),

items as (

    select
        month_start,
        metric,
        account_id,
        cause,
        item_id,
        is_adjustment,
        sum(double_delta) as double_delta,
        max(reason) as reason
    from differences
    group by month_start, metric, account_id, cause, item_id, is_adjustment
    -- What moves between products of an account leaves its figure as it was.
    having sum(double_delta) <> 0

),

ranked as (

    select
        *,
        row_number() over (
            partition by month_start, metric, account_id, cause
            order by abs(double_delta) desc, item_id asc, is_adjustment asc
        ) as place
    from items

)

-- The three largest lines say why; all of them are in marts.restated_items.
select
    month_start,
    metric,
    account_id,
    cause,
    cast(sum(double_delta) as decimal(18, 2)) as double_delta,
    concat(
        {{ joined_text("case when place <= 3 then reason end", "place", "'; '") }},
        case when count(*) > 3 then concat('; and ', count(*) - 3, ' more') else '' end
    ) as reason
from ranked
group by month_start, metric, account_id, cause
