-- What a finance system hands over. The fields are explained in raw_contract.sql.
{% macro raw_contract_finance() %}
{% set tables %}
finance__gtm_costs:
  columns:
    month_start: {type: date, key: true}
    function:
      type: text
      key: true
      allowed: [marketing, sales, account_management, customer_success]
    motion: {type: text, key: true, allowed: [new_logo, expansion, retention]}
    amount: {type: wide, required: true}
    currency: {type: text, required: true}

finance__gl_revenue:
  taints:
    - {unknown: ledger, to: month_start, amount: amount}
  columns:
    month_start: {type: date, key: true}
    gl_class: {type: text, key: true, allowed: [recurring, usage, services, other]}
    amount: {type: wide, required: true}
    currency: {type: text, required: true}

finance__arr_adjustments:
  taints:
    - unknown: arr
      of: account_id
      from: valid_from
      to: valid_to
      unless: approved_by is null or arr_amount >= 0
    - unknown: renewal
      of: account_id
      from: valid_from
      to: valid_to
      unless: approved_by is null
  columns:
    adjustment_id: {type: text, key: true}
    account_id: {type: text, required: true, references: crm__accounts.account_id}
    product_id: {type: text, required: true, references: billing__product_ids.product_id}
    valid_from: {type: date, required: true}
    valid_to: {type: date, end: true}
    arr_amount: {type: decimal, required: true}
    currency: {type: text, required: true}
    reason: {type: text}
    approved_by: {type: text}

finance__reported_metrics:
  taints:
    - {unknown: reported_metrics, to: month_start}
  columns:
    month_start: {type: date, key: true}
    metric:
      type: text
      key: true
      allowed: [closing_arr, net_revenue_retention_12m, gross_revenue_retention_12m]
    value: {type: wide, required: true}

finance__period_closes:
  columns:
    month_start: {type: date, key: true}
    closed_on: {type: date, required: true}
    closed_by: {type: text}
{% endset %}
{{ return(with_ends_named(fromyaml(tables))) }}
{% endmacro %}
