-- Whether a table kept by month is there already, so that only what changed is added.
{% macro is_kept() %}
    {%- if not execute -%}{{ return(false) }}{%- endif -%}
    {%- set relation = load_relation(this) -%}
    {{ return(
        relation is not none
        and relation.type == 'table'
        and model.config.materialized == 'kept_by_month'
        and not should_full_refresh()
    ) }}
{% endmacro %}
