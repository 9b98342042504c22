-- How many days after an end as a table gives it an interval is over: one where the table
-- gives last days, none where it gives the first day no longer.
{% macro days_after_end(table) -%}
    (
        select max({{ is_given_inclusively("'" ~ table ~ "'", 'policy') }})
        from {{ ref('stg_policy__metric_policy') }} as policy
    )
{%- endmacro %}
