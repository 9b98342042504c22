-- Who holds expansion but is paid for something else?
select
    owner_name,
    role,
    expected_arr,
    expected_arr_rate,
    expansion_pay_rate,
    credited_arr_12m,
    is_misaligned,
    finding
from {{ ref('incentive_alignment') }}
order by is_misaligned desc, expected_arr desc, owner_name asc
