-- The rows of a raw table that did not pass the door, one row each: what it said, and
-- every reason that applies. A key is admitted once or refused whole, so the refused
-- rows are those whose key is not staged.
{% macro refused(table, columns) %}
    {%- set is_packed = table == 'product__usage_daily' %}
    {%- set key = [] %}
    {%- for name, rule in columns.items() if rule.key %}{% do key.append(name) %}{% endfor %}
    {%- set match = [] %}
    {%- set shown_key = [] %}
    {%- for name in key %}
        {%- do match.append('typed.' ~ name ~ ' = staged.' ~ name) %}
        {%- do shown_key.append(
            "coalesce(cast(typed.raw_" ~ name ~ " as " ~ dbt.type_string() ~ "), '')"
        ) %}
    {%- endfor -%}
    {%- set rows = '(' ~ refused_usage() ~ ') as refused_rows' if is_packed else raw(table) -%}
    select
        '{{ table }}' as table_name,
        concat_ws(', ', {{ shown_key | join(', ') }}) as row_key,
        {{ row_as_json(columns, 'typed.raw_') }} as raw_row,
        coalesce(
            nullif(concat_ws(
                '; '
                {%- for check in door_checks(table, columns) %},
                case when {{ check.fails }} then {{ check.reason }} end
                {%- endfor %}
            ), ''),
            'the key is in rows that differ'
        ) as reason
    from ({{ typed_rows(columns, rows) }}) as typed
    {%- if not is_packed %}
    left join {{ ref('stg_' ~ table) }} as staged on {{ match | join(' and ') }}
    {%- endif %}
    {{ known_ids(table, columns) }}
    {%- if not is_packed %}
    where staged.{{ key[0] }} is null
    {%- endif %}
{% endmacro %}
