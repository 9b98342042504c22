select * from {{ ref('int_usage_trends_measured') }}
union all
select * from {{ ref('int_satisfaction_answers_measured') }}
union all
select * from {{ ref('int_support_tickets_measured') }}
union all
select * from {{ ref('int_sponsor_contacts_measured') }}
union all
select * from {{ ref('int_payment_delays_measured') }}
