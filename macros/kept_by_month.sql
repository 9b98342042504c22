-- A table of many months of which a build makes only those that changed. As dbt's
-- incremental tables, but what is new is written once: those write it to a temporary
-- table and copy it. What changed is forgotten by a pre-hook, forget_stale_months(); the
-- model selects what is missing, months_to_add(). All of it is one transaction.
{% materialization kept_by_month, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set is_kept = is_kept() -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {#- Where no month is left, the columns may be other ones now. -#}
    {%- set is_added_to = is_kept and run_query(
        'select 1 from ' ~ target_relation ~ ' limit 1'
    ) | length > 0 -%}
    {%- if is_added_to -%}
        {%- set columns = get_quoted_csv(
            adapter.get_columns_in_relation(target_relation) | map(attribute='name')
        ) -%}
        {% call statement('main') -%}
            insert into {{ target_relation }} ({{ columns }})
            select {{ columns }} from (
                {{ sql }}
            ) as months
        {%- endcall %}
    {%- else -%}
        {%- set new_relation = make_intermediate_relation(target_relation) -%}
        {% do adapter.drop_relation(new_relation) %}
        {% call statement('main') -%}
            {{ create_table_as(False, new_relation, sql) }}
        {%- endcall %}
        {%- if existing_relation is not none -%}
            {% do adapter.drop_relation(existing_relation) %}
        {%- endif -%}
        {% do adapter.rename_relation(new_relation, target_relation) %}
    {%- endif -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
