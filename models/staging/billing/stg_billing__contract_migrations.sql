with

admitted as (

    {{ admitted('billing__contract_migrations') }}

)

select
    id_kind,
    old_id,
    new_id,
    effective_on
from admitted
