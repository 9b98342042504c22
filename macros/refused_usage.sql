-- The raw rows of usage that were refused: those without a date, those of an unknown
-- account, and those whose day is not among the days packed. The packed months tell in
-- which groups to look, so the log is not joined with all of itself.
{% macro refused_usage() %}
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
            and coalesce({{ typed('usage_rows.' ~ name, 'text') }}, '') = suspects.{{ name }}
            {%- endfor %}
    where
        dates.given_date is null
        or suspects.is_of_unknown_account
        or (suspects.logged_days >> dates.days_before) & 1 = 0
{% endmacro %}
