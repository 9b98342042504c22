-- Takes out the rows of months without a header: those of a build that was stopped
-- between freezing its figures and closing the month.
{% macro forget_unclosed_months() %}
    {%- if is_incremental() -%}
    delete from {{ this }}
    where month_start not in (
        select frozen.month_start from ({{ frozen_months() }}) as frozen
    )
    {%- endif -%}
{% endmacro %}
