-- How many raw rows of a table have a key that was admitted: the staged rows and their
-- identical copies.
{% macro admitted_copies(table) %}
    {%- set match = [] %}
    {%- for name, rule in raw_contract()[table].columns.items() if rule.key %}
        {%- do match.append(typed(name, rule.type) ~ ' = staged.' ~ name) %}
    {%- endfor -%}
    select count(*)
    from {{ raw(table) }} as raw_rows
    inner join {{ ref('stg_' ~ table) }} as staged on {{ match | join(' and ') }}
{% endmacro %}
