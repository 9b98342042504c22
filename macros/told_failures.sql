{# dbt's own test. One that fails says so in words, in its log and as its result: the
   table, the rule, how many rows break it, and some of them. #}
{% materialization test, adapter='duckdb' %}
    {% set done = dbt.materialization_test_default() %}
    {% set counted = load_result('main')['table'] %}
    {% set found = counted.rows[0] %}
    {% if found['should_warn'] or found['should_error'] %}
        {% set told = told_failure(model, sql, found['failures']) %}
        {% do log(told, info=true) %}
        {% do store_raw_result('main', told, '', found['failures'], counted) %}
    {% endif %}
    {{ return(done) }}
{% endmaterialization %}

{# A failure in one line of bounded length. #}
{% macro told_failure(test, sql, n_failures) %}
    {% set rows = run_query('select * from (' ~ sql ~ ') as failures limit 2') %}
    {% set given = test.test_metadata.kwargs if test.test_metadata else {} %}
    {% set asked = [
        given.get('expression'), given.get('columns'), given.get('column_name')
    ] | string %}
    {% set told = [] %}
    {% for row in rows.rows %}
        {% do told.append(told_row(rows.column_names, row, asked)) %}
    {% endfor %}
    {% set text %}
{{ tested_tables(test) }}: {{ rule_in_words(test) }}.
{{ n_failures }} {{ 'row breaks' if n_failures == 1 else 'rows break' }} this:
{{ told | join('; ') }} ({{ test.name }})
    {% endset %}
    {{ return(text.split() | join(' ')) }}
{% endmacro %}

{# A row with what the rule speaks of first; what is long is cut. #}
{% macro told_row(names, row, asked) %}
    {% set spoken, others = [], [] %}
    {% for name in names %}
        {% set value = 'null' if row[name] is none else row[name] | string %}
        {% set part = name ~ ' ' ~ (value | truncate(60, true, '...', 0)) %}
        {% do (spoken if name in asked else others).append(part) %}
    {% endfor %}
    {% set text = (spoken + others) | join(', ') %}
    {{ return(text | truncate(300, true, ' ...', 0)) }}
{% endmacro %}

{# The tables a test is about. #}
{% macro tested_tables(test) %}
    {% set keys = [test.attached_node] if test.attached_node else test.depends_on.nodes %}
    {% set names = [] %}
    {% for key in keys[:3] %}
        {% do names.append(key.split('.')[2:] | join('.')) %}
    {% endfor %}
    {{ return((names | join(', ')) ~ (', ...' if keys | length > 3 else '')) }}
{% endmacro %}

{# What must be so, or, of a test in SQL, what it fails at. #}
{% macro rule_in_words(test) %}
    {% if not test.test_metadata %}
        {{ return(first_comment(test.raw_code) | replace('Fails if', 'it fails if')) }}
    {% endif %}
    {% set rule, given = test.test_metadata.name, test.test_metadata.kwargs %}
    {% set column = given.get('column_name') %}
    {% if rule == 'not_null' %}
        {{ return(column ~ ' is never null') }}
    {% elif rule == 'unique' %}
        {{ return(column ~ ' is unique') }}
    {% elif rule == 'accepted_values' %}
        {% set values = given['values'] | join(', ') | truncate(120, true, '...', 0) %}
        {{ return(column ~ ' is one of ' ~ values) }}
    {% elif rule == 'relationships' %}
        {% set there = given['to'] | replace("ref('", '') | replace("')", '') %}
        {{ return(column ~ ' is a ' ~ given['field'] ~ ' of ' ~ there) }}
    {% elif rule == 'unique_combination' %}
        {{ return(given['columns'] | join(', ') ~ ' are there and unique together') }}
    {% elif rule == 'open_rows_are' %}
        {{ return('open rows are what the source says now') }}
    {% endif %}
    {% set name = test.name.split('.')[-1] %}
    {{ return(name[tested_tables(test) | length + 2:] | replace('_', ' ')) }}
{% endmacro %}

{# The comment that SQL begins with, in one line. #}
{% macro first_comment(sql) %}
    {% set lines, state = [], namespace(is_comment=true) %}
    {% for line in sql.strip().split('\n') %}
        {% set state.is_comment = state.is_comment and line.startswith('--') %}
        {% if state.is_comment %}{% do lines.append(line[2:].strip()) %}{% endif %}
    {% endfor %}
    {{ return((lines | join(' ')).rstrip('.')) }}
{% endmacro %}
