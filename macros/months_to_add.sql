-- The months that a table kept by forget_stale_months() does not hold, with their stamps.
-- `month` is the column that both name the month by.
{% macro months_to_add(stamps, month='month_number') %}
    select *
    from {{ ref(stamps) }}
    {%- if is_kept() %}
    where {{ month }} not in (select distinct {{ month }} from {{ this }})
    {%- endif %}
{% endmacro %}
