-- The sum of a column of the usage of known accounts. Usage is packed before its accounts
-- are looked up, so that an account that comes late needs no packing.
{% macro admitted_usage(column) %}
    select cast(coalesce(sum(packed.{{ column }}), 0) as bigint)
    from {{ ref('stg_product__usage_account_months') }} as packed
    inner join {{ ref('stg_crm__accounts') }} as accounts
        on packed.account_id = accounts.account_id
{% endmacro %}
