-- What a support desk hands over. The fields are explained in raw_contract.sql.
{% macro raw_contract_support() %}
{% set tables %}
support__tickets:
  columns:
    ticket_id: {type: text, key: true}
    account_id: {type: text, required: true, references: crm__accounts.account_id}
    priority: {type: text, required: true, allowed: [low, normal, high, urgent]}
    opened_on: {type: date, required: true}
    solved_on: {type: date}
    csat: {type: int, least: 1, most: 5}

support__surveys:
  columns:
    response_id: {type: text, key: true}
    account_id: {type: text, required: true, references: crm__accounts.account_id}
    contact_id: {type: text}
    survey_type: {type: text, required: true, allowed: [nps, csat]}
    score: {type: int, required: true, least: 0, most: 10}
    responded_on: {type: date, required: true}
{% endset %}
{{ return(fromyaml(tables)) }}
{% endmacro %}
