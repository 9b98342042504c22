select
    {{ policy_columns(
        largest_detectable_rate='decimal(18, 6)',
        least_training_cases='integer',
        least_training_expansions='integer',
        top_share_rate='decimal(18, 6)',
        regularisation_strength='decimal(18, 6)',
        reliability_bins='integer'
    ) }}
from {{ ref('measurement_policy') }}
