-- Fails if a signal of the seed is not among signal_names(): it would be measured by
-- nobody, and nothing but its absence from the marts would say so.
select signal
from {{ ref('stg_policy__signals') }}
where
    signal not in (
        {% for signal in signal_names() %}
            '{{ signal }}'{{ ',' if not loop.last }}
        {% endfor %}
    )
