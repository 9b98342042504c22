-- The list price of a recurring item for a year, in cents of its currency, from the names
-- of the raw contract: a second way to it, to compare the priced items with.
{% macro annualised_amount(item) -%}
    cast(round(
        cast({{ item }}.quantity as decimal(38, 6))
        * {{ item }}.unit_price
        * case {{ item }}.billing_interval
            when 'day' then 365
            when 'week' then 52
            when 'month' then 12
            else 1
        end
        / nullif({{ item }}.interval_count, 0),
        2
    ) as decimal(18, 2))
{%- endmacro %}
