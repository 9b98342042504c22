-- The number of the first month whose balance date is on or after a date: what starts or
-- ends on the date shows from that month's balance on. Needs `policy` in the from clause.
{% macro sampled_month(date) -%}
    {{ month_number(date) }}
    + case
        when extract(day from {{ date }}) > try_cast(policy.snapshot_day as integer)
            then 1
        else 0
    end
{%- endmacro %}
