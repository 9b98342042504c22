-- The months that a table kept by forget_stale_months() does not hold, with their stamps.
{% macro months_to_add(stamps) %}
    select month_number, month_stamp
    from {{ ref(stamps) }}
    {%- if is_incremental() %}
    where month_number not in (select month_number from {{ this }})
    {%- endif %}
{% endmacro %}
