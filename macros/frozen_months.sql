-- The months that the ledger holds: nothing of them is frozen again. The header of a
-- month is written last, after all that is frozen from here, so no ref can read it.
{% macro frozen_months(ledger=none) %}
    {%- set headers = adapter.get_relation(
        this.database, ledger or this.schema, 'closed_months'
    ) if execute -%}
    {%- if headers -%} select month_start from {{ headers }}
    {%- else -%} select cast(null as date) as month_start where false
    {%- endif -%}
{% endmacro %}
