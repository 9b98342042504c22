-- Keeps a table of many months equal to one built anew, at the cost of a few months.
-- Each row carries the stamp of what its month was built from. Before the model runs,
-- this takes out the months whose stamp is no longer the present one, and those still
-- open to late rows; the model then adds the months that the table does not hold.
-- `stamps` is a model of one row per month: month_number, month_stamp, is_open.
{% macro forget_stale_months(stamps) %}
    {%- if is_kept() -%}
    delete from {{ this }}
    where month_stamp not in (
        select month_stamp from {{ ref(stamps) }} where not is_open
    )
    {%- endif -%}
{% endmacro %}
