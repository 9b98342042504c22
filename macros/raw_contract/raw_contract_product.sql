-- What a product's own telemetry hands over. The fields are explained in raw_contract.sql.
{% macro raw_contract_product() %}
{% set tables %}
product__features:
  taints:
    - {unknown: adoption, of: product_id}
    - {unknown: adoption, of: feature_key, by: feature}
  columns:
    feature_key: {type: text, key: true}
    product_id: {type: text, required: true, references: billing__product_ids.product_id}
    feature_name: {type: text}
    is_core: {type: boolean}
    is_premium: {type: boolean}

product__entitlements:
  taints:
    - {unknown: adoption, of: account_id, from: valid_from, to: valid_to}
  columns:
    account_id: {type: text, key: true, references: crm__accounts.account_id}
    product_id: {type: text, key: true, references: billing__product_ids.product_id}
    meter: {type: text, key: true}
    limit_quantity: {type: wide, required: true}
    valid_from: {type: date, key: true}
    valid_to: {type: date, end: true}

product__usage_daily:
  taints:
    - {unknown: adoption, of: account_id, from: usage_date, to: usage_date}
  columns:
    account_id: {type: text, key: true, references: crm__accounts.account_id}
    user_id: {type: text, key: true}
    feature_key: {type: text, key: true}
    usage_date: {type: date, key: true}
    event_count: {type: bigint, required: true}
    quantity: {type: wide}
{% endset %}
{{ return(with_ends_named(fromyaml(tables))) }}
{% endmacro %}
