-- What the door refuses in a price and its quantity together. Sizes are compared as
-- floating point, which no value is too large for.
{% macro price_checks() %}
    {% set a_year -%}
        case typed.billing_interval
            when 'day' then 365e0
            when 'week' then 52e0
            when 'month' then 12e0
            else 1e0
        end
    {%- endset %}
    {% set times = a_year ~ ' / nullif(typed.interval_count, 0)' %}
    {% set raw_price = 'try_cast(typed.raw_unit_price as double)' %}
    {% set raw_quantity = 'try_cast(typed.raw_quantity as double)' %}
    {% set kept = 'cast(typed.quantity as double) * cast(typed.unit_price as double)' %}
    {{ return([
        {
            'fails': 'abs(' ~ kept ~ ') * greatest(1e0, ' ~ times ~ ', ' ~ a_year
                ~ ' / 73) >= 1e12',
            'reason': "'quantity x unit_price is not below 10^12, for its interval and "
                ~ "for a year'",
        },
        {
            'fails': 'abs(' ~ raw_price ~ ' * ' ~ raw_quantity ~ ' - ' ~ kept ~ ') * '
                ~ times ~ ' >= 0.005 or abs(' ~ raw_price ~ ' - typed.unit_price) > '
                ~ '0.00001 * abs(' ~ raw_price ~ ')',
            'reason': "concat('unit_price ''', " ~ told_value('typed.raw_unit_price')
                ~ ", ''' with quantity ''', " ~ told_value('typed.raw_quantity')
                ~ ", ''' needs more than six decimal places')",
        },
    ]) }}
{% endmacro %}
