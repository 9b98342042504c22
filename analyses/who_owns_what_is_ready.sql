-- Who owns what is ready to expand, who has too much of it, and what has no owner?
select
    owner_name,
    role,
    is_active,
    n_ready,
    ready_expected_arr,
    weekly_capacity,
    load_rate,
    is_overloaded,
    oldest_days_waiting,
    n_overdue
from {{ ref('owner_coverage') }}
where n_ready > 0 or not is_active
order by ready_expected_arr desc, owner_name asc
