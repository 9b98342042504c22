-- How many raw rows of a table have a key that was admitted: the staged rows and their
-- identical copies.
{% macro admitted_copies(table, columns) %}
    {%- set match = [] %}
    {%- for name, rule in columns.items() if rule.key %}
        {%- do match.append(typed('raw_rows.' ~ name, rule.type) ~ ' = staged.' ~ name) %}
    {%- endfor -%}
    select count(*)
    from {{ raw(table) }} as raw_rows
    inner join {{ ref('stg_' ~ table) }} as staged on {{ match | join(' and ') }}
{% endmacro %}
