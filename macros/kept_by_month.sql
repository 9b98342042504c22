-- A table of many months of which a build makes only those that changed. As dbt's
-- incremental tables, but what is new is written once: those write it to a temporary
-- table and copy it. What changed is forgotten by a pre-hook, forget_stale_months(); the
-- model selects what is missing, months_to_add(). All of it is one transaction.
{% materialization kept_by_month, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set is_kept = is_kept() -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {%- if not is_kept and existing_relation is not none -%}
        {% do adapter.drop_relation(existing_relation) %}
    {%- endif -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') -%}
        {%- if is_kept -%}
            {%- set columns = get_quoted_csv(
                adapter.get_columns_in_relation(target_relation) | map(attribute='name')
            ) -%}
            insert into {{ target_relation }} ({{ columns }})
            select {{ columns }} from (
                {{ sql }}
            ) as months
        {%- else -%}
            {{ create_table_as(False, target_relation, sql) }}
        {%- endif -%}
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
