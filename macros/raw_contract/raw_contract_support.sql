-- What a support desk hands over. The fields are explained in raw_contract.sql.
{% macro raw_contract_support() %}
{% set tables %}
support__tickets:
  taints:
    - {unknown: support, of: account_id, from: opened_on, to: solved_on}
    - {unknown: satisfaction, of: account_id, from: solved_on, to: solved_on}
  columns:
    ticket_id: {type: text, key: true}
    account_id: {type: text, required: true, references: crm__accounts.account_id}
    priority: {type: text, required: true, allowed: [low, normal, high, urgent]}
    opened_on: {type: date, required: true}
    solved_on: {type: date}
    csat: {type: int, least: 1, most: 5}

support__surveys:
  taints:
    - {unknown: satisfaction, of: account_id, from: responded_on, to: responded_on}
  columns:
    response_id: {type: text, key: true}
    account_id: {type: text, required: true, references: crm__accounts.account_id}
    contact_id: {type: text}
    survey_type: {type: text, required: true, allowed: [nps, csat]}
    score: {type: int, required: true, least: 0, most: 10}
    responded_on: {type: date, required: true}
{% endset %}
{{ return(with_ends_named(fromyaml(tables))) }}
{% endmacro %}
