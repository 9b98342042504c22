-- Lines of a product-month that nothing is paired with yet, paired across its two ends
-- within keys: the largest with the largest. A pair_no is the line_no of one of its lines.
{% macro lines_paired(lines, keys=none) -%}
    select
        account_id,
        product_id,
        month_number,
        line_no,
        direction,
        item_id,
        subscription_id,
        quantity,
        unit_list_arr,
        list_arr,
        arr,
        case
            when pair_no is not null then pair_no
            when max(direction) over pair > min(direction) over pair
                then min(line_no) over pair
        end as pair_no
    from (
        select
            *,
            row_number() over (
                partition by
                    account_id,
                    product_id,
                    month_number,
                    pair_no is null,
                    direction
                    {%- if keys %}, {{ keys }}{% endif %}
                order by quantity desc, unit_list_arr desc nulls last, line_no
            ) as place
        from {{ lines }}
    ) as placed
    window
        pair as (
            partition by
                account_id,
                product_id,
                month_number,
                pair_no is null,
                place
                {%- if keys %}, {{ keys }}{% endif %}
        )
{%- endmacro %}
