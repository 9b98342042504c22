-- What a snapshot would change. A run as of an earlier date than the history has seen
-- changes nothing: the past is not told again from what is known today.
{% macro default__snapshot_staging_table(strategy, source_sql, target_relation) %}
    select changes.*
    from (
        {{ dbt.default__snapshot_staging_table(strategy, source_sql, target_relation) }}
    ) as changes
    where
        {{ snapshot_get_time() }} >= (
            select
                coalesce(
                    greatest(max(history.dbt_valid_from), max(history.dbt_valid_to)),
                    {{ snapshot_get_time() }}
                )
            from {{ target_relation }} as history
        )
{% endmacro %}
