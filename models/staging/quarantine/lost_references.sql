{%- set selects = [] -%}
{%- for table, rules in raw_contract().items() -%}
    {%- do selects.extend(lost_references(table, rules.columns)) -%}
{%- endfor -%}
{{ selects | join('\n    union all') }}
