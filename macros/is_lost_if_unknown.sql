-- Whether a row is admitted without this reference when it leads nowhere: where it may be
-- empty, and empty does not say something else. A discount without its item would be one
-- of the whole contract.
{% macro is_lost_if_unknown(rule) %}
    {{ return(
        rule.references is defined
        and not (rule.key or rule.required or rule.rejects_unknown)
    ) }}
{% endmacro %}
