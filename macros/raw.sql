-- The only way to read a raw table: raw('billing__subscriptions'), wherever it lies.
{% macro raw(table) %}{{ return(source('raw', table)) }}{% endmacro %}
