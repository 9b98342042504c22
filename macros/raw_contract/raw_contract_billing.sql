-- What a billing system hands over. The fields are explained in raw_contract.sql.
{% macro raw_contract_billing() %}
{% set tables %}
billing__products:
  core: true
  columns:
    product_id: {type: text, key: true}
    product_name: {type: text}
    product_family: {type: text}
    tier_rank: {type: int, least: -1000000, most: 1000000}
    unit_of_measure: {type: text}

billing__product_migrations:
  taints:
    - {unknown: renewal, of: old_product_id, by: product}
    - {unknown: renewal, of: new_product_id, by: product}
    - {unknown: adoption, of: old_product_id, by: product}
    - {unknown: adoption, of: new_product_id, by: product}
  columns:
    old_product_id: {type: text, key: true}
    new_product_id: {type: text, required: true, references: billing__products.product_id}
    effective_on: {type: date, required: true}

billing__subscriptions:
  core: true
  taints:
    - {unknown: renewal, of: account_id, from: started_on, to: ends_on}
  columns:
    subscription_id: {type: text, key: true}
    account_id: {type: text, required: true, references: crm__accounts.account_id}
    currency: {type: text, required: true}
    started_on: {type: date, required: true}
    trial_ends_on: {type: date, end: true}
    cancelled_on: {type: date}
    ends_on: {type: date, end: true}
    term_ends_on: {type: date}
    auto_renew: {type: boolean}
    cancel_reason: {type: text}

billing__subscription_items:
  core: true
  taints:
    - unknown: renewal
      of: subscription_id
      from: valid_from
      to: valid_to
      unless: charge_type in ('usage', 'one_time')
    - unknown: coupon
      of: subscription_id
      from: valid_from
      unless: charge_type in ('usage', 'one_time')
  columns:
    item_id: {type: text, key: true}
    subscription_id: {type: text, required: true, references: billing__subscriptions.subscription_id}
    product_id: {type: text, required: true, references: billing__product_ids.product_id}
    charge_type: {type: text, required: true, allowed: [recurring, usage, one_time]}
    billing_interval: {type: text, required: true, allowed: [day, week, month, year]}
    interval_count: {type: int, required: true, least: 1, most: 3660}
    quantity: {type: decimal, required: true}
    unit_price: {type: decimal, required: true}
    valid_from: {type: date, required: true}
    valid_to: {type: date, end: true}
    change_reason: {type: text, allowed: [amendment, step_up, renewal, price_change]}
    is_contracted_step: {type: boolean}

billing__subscription_statuses:
  taints:
    - {unknown: status, of: subscription_id, from: valid_from, to: valid_to}
  columns:
    subscription_id: {type: text, key: true, references: billing__subscriptions.subscription_id}
    status:
      {type: text, required: true, allowed: [trialing, active, past_due, paused, cancelled]}
    valid_from: {type: date, key: true}
    valid_to: {type: date, end: true}

billing__contract_migrations:
  taints:
    - {unknown: renamed, of: new_id, by: contract}
  columns:
    id_kind: {type: text, key: true, allowed: [subscription, item]}
    old_id: {type: text, key: true}
    new_id:
      type: text
      required: true
      references: billing__contract_ids.contract_id
      id_kind: id_kind
    effective_on: {type: date, required: true}

billing__discounts:
  taints:
    - unknown: arr
      of: subscription_id
      from: valid_from
      to: valid_to
      unless: duration = 'once'
    - unknown: arr
      of: item_id
      from: valid_from
      to: valid_to
      unless: duration = 'once' or item_id is null
  columns:
    discount_id: {type: text, key: true}
    subscription_id:
      type: text
      required: true
      references: billing__contract_ids.contract_id
      id_kind: "'subscription'"
    item_id:
      type: text
      references: billing__contract_ids.contract_id
      id_kind: "'item'"
      rejects_unknown: true
    percent_off: {type: decimal, least: 0, most: 100}
    amount_off: {type: decimal, least: 0}
    duration: {type: text, required: true, allowed: [once, repeating, forever]}
    valid_from: {type: date, required: true}
    valid_to: {type: date, end: true}

billing__invoice_lines:
  taints:
    - unknown: usage_arr
      of: item_id
      from: issued_on
      to: issued_on
      unless: item_id is null or amount >= 0 or line_type = 'one_time'
    - {unknown: billing, to: service_to, amount: amount}
    - {unknown: ledger, to: service_to, amount: amount}
  columns:
    line_id: {type: text, key: true}
    invoice_id: {type: text}
    account_id: {type: text, required: true, references: crm__accounts.account_id}
    subscription_id: {type: text, references: billing__subscriptions.subscription_id}
    item_id: {type: text, references: billing__subscription_items.item_id}
    product_id: {type: text, references: billing__product_ids.product_id}
    line_type: {type: text, required: true, allowed: [charge, proration, credit, one_time]}
    currency: {type: text, required: true}
    amount: {type: decimal, required: true}
    tax_amount: {type: decimal}
    service_from: {type: date}
    service_to: {type: date, end: true}
    issued_on: {type: date, required: true}

billing__fx_rates:
  taints:
    - {unknown: arr, of: currency, from: valid_from, unless: rate_type = 'spot'}
  columns:
    currency: {type: text, key: true}
    rate_type: {type: text, key: true, allowed: [plan, spot]}
    valid_from: {type: date, key: true}
    rate: {type: rate, required: true, above: 0, most: 10000000}
{% endset %}
{{ return(with_ends_named(fromyaml(tables))) }}
{% endmacro %}
