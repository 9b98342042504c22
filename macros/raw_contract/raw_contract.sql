-- The raw contract: every table a company may hand over, by name, as data. The door
-- (orchestration/door.py) and the staging macros read it, so a rule is written once.
--   core        the table must be there; any other may be missing and is then empty
--   type        text, int, bigint, decimal, wide, rate, date or boolean
--   key         part of the primary key; never empty
--   required    never empty; a file must have the column
--   allowed     the only values allowed
--   least, most, above   bounds of a number
--   end         a day that ends an interval: the first no longer in it, or the last in it
--               where the policy says so of the table (inclusive_end_tables)
--   references  <staging model without stg_>.<column> that must know the value; one that
--               may be empty is emptied where it does not
--   id_kind     of which kind the id is, for a reference to billing__contract_ids
--   rejects_unknown   the row is refused all the same, as empty says something else
--   taints      what a refused row of the table leaves unknown, so that a refusal never
--               raises a figure: `unknown`, which figure; `of`, the column that says
--               whose (`by`, of what kind, where its name does not say), none for the
--               company's, with its `amount`; `from` and `to`, the columns of its days; `unless`, where
--               the row would have lowered nothing
-- A table with valid_from and valid_to must have valid_to after valid_from; a table with
-- a currency must name the reporting currency or one with a plan rate.
{% macro raw_contract() %}
    {% set contract = {} %}
    {% do contract.update(raw_contract_billing()) %}
    {% do contract.update(raw_contract_product()) %}
    {% do contract.update(raw_contract_crm()) %}
    {% do contract.update(raw_contract_support()) %}
    {% do contract.update(raw_contract_finance()) %}
    {{ return(contract) }}
{% endmacro %}
