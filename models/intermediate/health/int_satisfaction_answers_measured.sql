with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

surveys as (

    select * from {{ ref('stg_support__surveys') }}

),

tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

weights as (

    select * from {{ ref('health_weights') }}
    where input = 'satisfaction'

),

-- Promoter scores go from 0 to 10, satisfaction scores from 1 to 5.
scores as (

    select
        account_id,
        responded_on as answered_on,
        case when survey_type = 'nps' then score * 10 else (score - 1) * 25 end as score
    from surveys

    union all

    select
        account_id,
        solved_on as answered_on,
        (csat - 1) * 25 as score
    from tickets
    where csat is not null and solved_on is not null

),

answers as (

    select
        accounts.ultimate_account_id as account_id,
        scores.answered_on,
        sum(scores.score) as score,
        count(*) as n_answers
    from scores
    inner join accounts on scores.account_id = accounts.account_id
    where scores.score is not null
    group by accounts.ultimate_account_id, scores.answered_on

),

-- The days count back from the newest answer: how old that is, is judged by its age.
readings as (

    select
        answers.account_id,
        answers.answered_on,
        sum(earlier.score) / sum(earlier.n_answers) as mean_score,
        lead(answers.answered_on) over (
            partition by answers.account_id order by answers.answered_on
        ) as next_answered_on
    from answers
    cross join weights
    inner join answers as earlier
        on
            answers.account_id = earlier.account_id
            and answers.answered_on >= earlier.answered_on
            and {{ dbt.datediff('earlier.answered_on', 'answers.answered_on', 'day') }}
            <= weights.window_days
    group by answers.account_id, answers.answered_on

)

select
    present.account_id,
    present.month_number,
    'satisfaction' as input,
    cast(readings.mean_score as decimal(18, 6)) as measured_value,
    readings.answered_on as observed_on
from present
inner join readings
    on
        present.account_id = readings.account_id
        and present.balance_on >= readings.answered_on
        and (
            readings.next_answered_on is null
            or present.balance_on < readings.next_answered_on
        )
