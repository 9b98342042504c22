-- A hash of the models and macros by which usage is packed and adoption counted: a month
-- kept in a table is built anew when the code it was built by is no longer this one.
-- Macros may be called from anywhere, so that all of the project count.
{% macro code_stamp() %}
    {%- set code = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
            {%- set folder = node.fqn[1:3] | join('/') -%}
            {%- if folder in ['staging/product', 'intermediate/adoption'] -%}
                {%- do code.append(node.unique_id ~ node.checksum.checksum) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for name, macro in context[project_name].items() -%}
            {%- do code.append(name ~ macro.macro.macro_sql) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- local_md5(code | sort | join('\n')) -}}
{% endmacro %}
