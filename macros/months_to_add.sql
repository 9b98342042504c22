-- The months that a table kept by forget_stale_months() does not hold, with their stamps.
{% macro months_to_add(stamps) %}
    select *
    from {{ ref(stamps) }}
    {%- if is_incremental() %}
    where month_stamp not in (select month_stamp from {{ this }})
    {%- endif %}
{% endmacro %}
