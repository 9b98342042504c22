with

scores as (

    select * from {{ ref('int_health_inputs_summed_to_scores') }}

),

months as (

    select * from {{ ref('int_months') }}

)

select
    scores.account_id,
    months.month_start,
    cast(scores.score as decimal(18, 2)) as score,
    scores.band,
    cast(scores.known_weight as decimal(18, 6)) as known_weight,
    cast(scores.total_weight as decimal(18, 6)) as total_weight,
    {{ rate('scores.known_weight', 'scores.total_weight') }} as evidence_rate,
    cast(scores.n_inputs as integer) as n_inputs,
    scores.missing_reason
from scores
inner join months on scores.month_number = months.month_number
