with

incomplete as (

    select * from {{ ref('incomplete_keys') }}

)

select
    table_name,
    count(distinct case
        when key_value is not null then concat_ws(' ', key_type, key_value)
    end) as n_incomplete_keys,
    count(distinct case when key_value is null then row_key end) as n_untied_rows
from incomplete
group by table_name
