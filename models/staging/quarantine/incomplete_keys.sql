{%- set others = [] %}
{%- for table in raw_contract() if table not in arr_tables() %}
    {%- do others.append(table) %}
{%- endfor %}
select * from {{ ref('incomplete_arr_keys') }}
union all
{{ incomplete_keys(others, ref('refused_rows')) }}
