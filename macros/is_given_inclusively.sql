-- 1 where a policy lists the table among those that give last days, else 0.
{% macro is_given_inclusively(table, policy) -%}
    case
        when {{ dbt.position(
            "concat(' ', " ~ table ~ ", ' ')",
            "concat(' ', " ~ policy ~ ".inclusive_end_tables, ' ')"
        ) }} > 0
            then 1
        else 0
    end
{%- endmacro %}
