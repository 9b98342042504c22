with

refused_rows as (

    select * from {{ ref('refused_rows') }}

),

refused_amounts as (

    select * from {{ ref('refused_amounts') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- What differs from row to row does not make another reason: values are left out, but
-- for a currency, which is what is to be added.
reasons as (

    select
        table_name,
        row_key,
        count(*) as n_rows,
        min(reason) as example_reason,
        min(case
            when reason like '%has no plan rate%' then reason
            else {{ without_values('reason') }}
        end) as reason
    from refused_rows
    group by table_name, row_key

),

-- Who was refused first takes the others with it: the account its subscriptions, and
-- they and the product their items.
placed as (

    select
        refused_amounts.currency,
        refused_amounts.arr,
        accounts.row_key as account_key,
        subscriptions.row_key as subscription_key,
        products.row_key as product_key,
        refused_amounts.table_name,
        refused_amounts.row_key
    from refused_amounts
    cross join policy
    left join reasons as accounts
        on
            accounts.table_name = 'crm__accounts'
            and refused_amounts.account_id = accounts.row_key
    left join reasons as subscriptions
        on
            subscriptions.table_name = 'billing__subscriptions'
            and refused_amounts.subscription_id = subscriptions.row_key
    left join reasons as products
        on
            products.table_name = 'billing__products'
            and refused_amounts.product_id = products.row_key
    where (
        refused_amounts.valid_from is null
        or refused_amounts.valid_from <= policy.last_balance_on
    )
    and (
        refused_amounts.valid_to is null
        or refused_amounts.valid_to > policy.last_balance_on
    )

),

caused as (

    select
        currency,
        arr,
        case
            when account_key is not null then 'crm__accounts'
            when subscription_key is not null then 'billing__subscriptions'
            when product_key is not null then 'billing__products'
            else table_name
        end as table_name,
        coalesce(account_key, subscription_key, product_key, row_key) as row_key
    from placed

)

select
    reasons.table_name,
    reasons.row_key,
    reasons.reason,
    reasons.example_reason,
    reasons.n_rows,
    caused.currency,
    count(caused.row_key) as n_arr_rows,
    count(caused.row_key) - count(caused.arr) as n_unreadable,
    sum(caused.arr) as missing_arr
from reasons
left join caused
    on reasons.table_name = caused.table_name and reasons.row_key = caused.row_key
group by
    reasons.table_name,
    reasons.row_key,
    reasons.reason,
    reasons.example_reason,
    reasons.n_rows,
    caused.currency
