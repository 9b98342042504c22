{#- What a column refers to, once for all tables that have it. -#}
{%- set links = {} %}
{%- for table, rules in raw_contract().items() %}
    {%- for name, rule in rules.columns.items() %}
        {%- if rule.references and not is_lost_if_unknown(rule) %}
            {%- do links.update({name ~ ' ' ~ referred_table(rule): {
                'column': name,
                'place': referred_table(rule),
                'is_of_a_kind': rule.id_kind == 'id_kind',
            }}) %}
        {%- endif %}
    {%- endfor %}
{%- endfor %}
with

refused_rows as (

    select * from {{ ref('refused_rows') }}
    where reason like '%is not in %'

),

named as (

    {% for link in links.values() %}
    select
        table_name,
        row_key,
        {% if link.is_of_a_kind %}
        case {{ json_text('raw_row', 'id_kind') }}
            when 'subscription' then 'billing__subscriptions'
            when 'item' then 'billing__subscription_items'
        end as parent_table,
        {% else %}
        '{{ link.place }}' as parent_table,
        {% endif %}
        {{ json_text('raw_row', link.column) }} as parent_key
    from refused_rows
    where reason like '%{{ link.column }} %is not in {{ link.place }}%'
    {{ 'union' if not loop.last }}
    {% endfor %}

),

parents as (

    select distinct
        table_name,
        row_key
    from {{ ref('refused_rows') }}

)

select
    named.table_name,
    named.row_key,
    named.parent_table,
    named.parent_key
from named
inner join parents
    on
        named.parent_table = parents.table_name
        and named.parent_key = parents.row_key
