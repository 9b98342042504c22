-- The rows of a raw table that pass the door, typed, each key once. A key whose rows are
-- identical keeps one; a key whose rows differ is refused whole, for none of them is
-- more likely to be right. A reference that may be empty and leads nowhere is empty.
{% macro admitted(table) %}
    {%- set contract = context['raw_contract_' ~ table.split('__')[0]]() %}
    {%- set columns = contract[table].columns %}
    {%- set key = [] %}
    {%- for name, rule in columns.items() if rule.key %}{% do key.append(name) %}{% endfor %}
    {%- set fails = [] %}
    {%- for check in door_checks(table, columns) %}
        {%- do fails.append('coalesce(' ~ check.fails ~ ', false)') %}
    {%- endfor %}
    {%- set values = [] %}
    {%- for name, rule in columns.items() %}
        {%- set is_own = (rule.references or '').split('.')[0] == table %}
        {%- do values.append(
            'known_' ~ name ~ '.known_id as ' ~ name
            if is_lost_if_unknown(rule) and not is_own else 'typed.' ~ name
        ) %}
    {%- endfor -%}
    with

    typed as (

        {{ typed_rows(columns, raw(table)) }}

    ),

    checked as (

        select
            {{ values | join(',\n            ') }},
            not (
                {{ fails | join('\n                or ') }}
            ) as is_admissible
        from typed
        {{ known_ids(table, columns) }}

    ),

    repeated_keys as (

        select {{ key | join(', ') }}
        from checked
        group by {{ key | join(', ') }}
        having count(*) > 1

    ),

    distinct_repeats as (

        select distinct
            checked.{{ columns | join(',\n            checked.') }},
            checked.is_admissible
        from checked
        inner join repeated_keys using ({{ key | join(', ') }})

    ),

    settled_keys as (

        select {{ key | join(', ') }}
        from distinct_repeats
        group by {{ key | join(', ') }}
        having count(*) = 1

    )

    select checked.{{ columns | join(', checked.') }}
    from checked
    left join repeated_keys using ({{ key | join(', ') }})
    where checked.is_admissible and repeated_keys.{{ key[0] }} is null

    union all

    select distinct_repeats.{{ columns | join(', distinct_repeats.') }}
    from distinct_repeats
    inner join settled_keys using ({{ key | join(', ') }})
    where distinct_repeats.is_admissible
{% endmacro %}
