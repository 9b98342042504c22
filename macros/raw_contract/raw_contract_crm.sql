-- What a CRM hands over. The fields are explained in raw_contract.sql.
{% macro raw_contract_crm() %}
{% set tables %}
crm__accounts:
  core: true
  taints:
    - {unknown: account, of: account_id}
  columns:
    account_id: {type: text, key: true}
    account_name: {type: text}
    parent_account_id: {type: text, references: crm__accounts.account_id}
    merged_into_account_id: {type: text, references: crm__accounts.account_id}
    segment: {type: text}
    industry: {type: text}
    country: {type: text}
    csm_user_id: {type: text}
    account_manager_user_id: {type: text}
    sales_user_id: {type: text}
    created_on: {type: date}

crm__account_headcounts:
  columns:
    account_id: {type: text, key: true, references: crm__accounts.account_id}
    observed_on: {type: date, key: true}
    employee_count: {type: int, required: true, least: 0, most: 1000000000}

crm__users:
  columns:
    user_id: {type: text, key: true}
    user_name: {type: text}
    role: {type: text, required: true, allowed: [csm, account_manager, sales, executive]}
    team: {type: text}
    is_active: {type: boolean}
    started_on: {type: date}
    ended_on: {type: date}
    weekly_capacity: {type: int, least: 0, most: 1000000}

crm__contacts:
  taints:
    - {unknown: sponsor, of: account_id}
  columns:
    contact_id: {type: text, key: true}
    account_id: {type: text, required: true, references: crm__accounts.account_id}
    job_title: {type: text}
    seniority: {type: text, allowed: [executive, director, manager, individual]}
    buying_role: {type: text}
    is_active: {type: boolean}
    left_on: {type: date}

crm__activities:
  taints:
    - unknown: sponsor
      of: account_id
      from: occurred_on
      to: occurred_on
      unless: is_two_way = false
  columns:
    activity_id: {type: text, key: true}
    account_id: {type: text, required: true, references: crm__accounts.account_id}
    contact_id: {type: text}
    user_id: {type: text}
    activity_type:
      {type: text, required: true, allowed: [meeting, call, email, business_review]}
    is_two_way: {type: boolean}
    occurred_on: {type: date, required: true}

crm__opportunities:
  taints:
    - unknown: deals
      to: close_on
      amount: amount_arr
      unless: is_won = false or opportunity_type in ('new', 'renewal')
  columns:
    opportunity_id: {type: text, key: true}
    account_id: {type: text, required: true, references: crm__accounts.account_id}
    owner_user_id: {type: text}
    opportunity_type: {type: text, required: true, allowed: [new, expansion, renewal]}
    product_id: {type: text, references: billing__product_ids.product_id}
    play: {type: text}
    amount_arr: {type: decimal, required: true}
    currency: {type: text, required: true}
    stage: {type: text}
    created_on: {type: date, required: true}
    close_on: {type: date}
    is_closed: {type: boolean, required: true}
    is_won: {type: boolean, required: true}

crm__account_plans:
  columns:
    plan_id: {type: text, key: true}
    account_id: {type: text, required: true, references: crm__accounts.account_id}
    owner_user_id: {type: text}
    status: {type: text, required: true, allowed: [draft, active, done]}
    target_product_id: {type: text, references: billing__product_ids.product_id}
    target_expansion_arr: {type: decimal}
    starts_on: {type: date, required: true}
    ends_on: {type: date}
    reviewed_on: {type: date}

crm__play_runs:
  columns:
    play_run_id: {type: text, key: true}
    account_id: {type: text, required: true, references: crm__accounts.account_id}
    play: {type: text, required: true}
    signal: {type: text}
    owner_user_id: {type: text}
    is_holdout: {type: boolean, required: true}
    surfaced_on: {type: date, required: true}
    actioned_on: {type: date}
    outcome: {type: text, allowed: [won, lost, no_decision]}
    closed_on: {type: date}

crm__compensation_plans:
  columns:
    role: {type: text, key: true}
    valid_from: {type: date, key: true}
    valid_to: {type: date, end: true}
    base_pay: {type: decimal}
    variable_pay: {type: decimal, required: true}
    currency: {type: text, required: true}
    weight_expansion: {type: decimal, required: true, least: 0, most: 1}
    weight_nrr: {type: decimal, required: true, least: 0, most: 1}
    weight_new_logo: {type: decimal, required: true, least: 0, most: 1}
    weight_other: {type: decimal, required: true, least: 0, most: 1}
{% endset %}
{{ return(with_ends_named(fromyaml(tables))) }}
{% endmacro %}
