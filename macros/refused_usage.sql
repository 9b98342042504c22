-- The raw rows of usage that were refused: those with an empty key, those of an unknown
-- account, and those whose day is not among the days packed. The packed months tell in
-- which groups to look, so the log is not joined with all of itself.
{% macro refused_usage() %}
    {%- set text = dbt.type_string() %}
    select usage_rows.*
    from {{ raw('product__usage_daily') }} as usage_rows
    left join {{ ref('stg_product__usage_dates') }} as dates
        on usage_rows.usage_date = dates.given_date
    left join (
        select
            packed.*,
            accounts.account_id is null as is_of_unknown_account
        from {{ ref('stg_product__usage_months') }} as packed
        left join {{ ref('stg_crm__accounts') }} as accounts
            on packed.account_id = accounts.account_id
        where accounts.account_id is null or packed.n_rows < packed.n_raw_rows
    ) as suspects
        on
            dates.month_number = suspects.month_number
            {%- for name in ('account_id', 'user_id', 'feature_key') %}
            and cast(usage_rows.{{ name }} as {{ text }}) = suspects.{{ name }}
            {%- endfor %}
    where
        dates.given_date is null
        {%- for name in ('account_id', 'user_id', 'feature_key') %}
        or coalesce(cast(usage_rows.{{ name }} as {{ text }}), '') = ''
        {%- endfor %}
        or suspects.is_of_unknown_account
        or suspects.logged_days & dates.day_bit = 0
{% endmacro %}
