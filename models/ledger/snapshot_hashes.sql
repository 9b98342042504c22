{% for table in ['arr_snapshots', 'item_snapshots', 'reported_retention'] %}
    select
        snapshot_id,
        month_start,
        '{{ table }}' as table_name,
        count(*) as n_rows,
        {{ rows_hash(frozen_columns(table)) }} as content_hash
    from {{ ref(table) }}
    group by snapshot_id, month_start
    {% if not loop.last %}union all{% endif %}
{% endfor %}
