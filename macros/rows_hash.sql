-- One hash over the rows of a group, whatever their order, in any engine: of their number
-- and the sum of a number that each row's text always gives.
{% macro rows_hash(columns) -%}
    {%- set texts = [] -%}
    {%- for column in columns -%}
        {%- do texts.append("coalesce(cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), '')")
        -%}
    {%- endfor -%}
    {%- set text = "concat(" ~ texts | join(", '|', ") ~ ")" -%}
    {{ dbt.hash(
        "concat(count(*), ' ', sum(cast(" ~ hash_number(text, 15) ~ " as decimal(38, 0))))"
    ) }}
{%- endmacro %}
