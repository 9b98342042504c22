-- How often a year a billing interval comes; null for an interval there is none of.
{% macro intervals_per_year(interval) -%}
    case {{ interval }}
        when 'day' then 365
        when 'week' then 52
        when 'month' then 12
        when 'year' then 1
    end
{%- endmacro %}

-- What a line asks for in one of its intervals, before discounts; exact.
{% macro interval_price(item) -%}
    cast({{ item }}.quantity as decimal(38, 6)) * {{ item }}.unit_price
{%- endmacro %}

-- A price of interval_count intervals for a year, in cents. The only way from a price to
-- a year: what is annualised twice must be the same to the cent.
{% macro annualised(price, interval, interval_count) -%}
    {{ quotient_to_cents(
        '(' ~ price ~ ') * ' ~ intervals_per_year(interval), interval_count
    ) }}
{%- endmacro %}

-- The list price of a line for a year, in cents of its currency, with its sign.
{% macro annualised_amount(item) -%}
    {{ annualised(
        interval_price(item),
        item ~ '.billing_interval',
        'nullif(' ~ item ~ '.interval_count, 0)',
    ) }}
{%- endmacro %}
