-- The references that admitted rows of a raw table lost, as they lead nowhere: a list of
-- selects, one per column. An account that is its own parent has none to lose.
{% macro lost_references(table, columns) %}
    {%- set match, shown_key = [], [] %}
    {%- for name, rule in columns.items() if rule.key %}
        {%- do match.append('typed.' ~ name ~ ' = staged.' ~ name) %}
        {%- do shown_key.append('cast(typed.' ~ name ~ ' as ' ~ dbt.type_string() ~ ')') %}
    {%- endfor %}
    {%- set selects = [] %}
    {%- for name, rule in columns.items() if is_lost_if_unknown(rule) %}
        {%- set model, own = rule.references.split('.') %}
        {%- set select %}
    select distinct
        '{{ table }}' as table_name,
        concat_ws(', ', {{ shown_key | join(', ') }}) as row_key,
        '{{ name }}' as column_name,
        typed.{{ name }} as lost_value
    from ({{ typed_rows(columns, raw(table)) }}) as typed
    inner join {{ ref('stg_' ~ table) }} as staged on {{ match | join(' and ') }}
    where
        typed.{{ name }} is not null
        and staged.{{ name }} is null
        {%- if model == table %}
        and typed.{{ name }} <> typed.{{ own }}
        {%- endif %}
        {%- endset %}
        {%- do selects.append(select) %}
    {%- endfor %}
    {{- return(selects) -}}
{% endmacro %}
