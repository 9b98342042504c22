{%- set columns = {} -%}
{%- for name, rule in raw_contract_crm()['crm__accounts'].columns.items() -%}
    {%- if name in ('account_id', 'parent_account_id', 'merged_into_account_id') -%}
        {%- do columns.update({name: rule}) -%}
    {%- endif -%}
{%- endfor -%}
with

accounts as (

    {{ typed_rows(columns, raw('crm__accounts')) }}

)

select
    account_id,
    parent_account_id as next_account_id
from accounts
where account_id is not null and parent_account_id is not null

union

select
    account_id,
    merged_into_account_id as next_account_id
from accounts
where account_id is not null and merged_into_account_id is not null
