-- Fails if the open rows of a history are not what its source says now. A run as of an
-- earlier date than the history has seen adds nothing to it: nothing to compare.
{% test open_rows_are(model, said_by, columns) %}
with

said as (

    select {{ columns | join(', ') }} from {{ said_by }}

),

kept as (

    select {{ columns | join(', ') }} from {{ model }}
    where dbt_valid_to is null

),

differing as (

    (select * from said except select * from kept)
    union all
    (select * from kept except select * from said)

)

select differing.*
from differing
where
    {{ snapshot_get_time() }} >= (
        select greatest(max(dbt_valid_from), max(dbt_valid_to)) from {{ model }}
    )
{% endtest %}
