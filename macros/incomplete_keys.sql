-- What the refused rows of some tables leave unknown, as the raw contract says it of each
-- table (`taints`): of whom, and from which day to which. A day that the reason finds
-- fault with is not believed and bounds nothing; a key that is empty is null.
{% macro incomplete_keys(tables, refused_rows) %}
    {%- set selects = [] %}
    {%- for table in tables %}
        {%- set columns = raw_contract()[table].columns %}
        {%- for taint in raw_contract()[table].taints or [] %}
            {%- set read, believed, spared = [], {}, [] %}
            {%- set asked = taint.values() | join(' ') ~ (' currency' if taint.amount else '') %}
            {%- for name, rule in columns.items() if name in asked %}
                {%- do read.append(
                    typed_value(json_text('raw_row', name), rule) ~ ' as ' ~ name
                ) %}
                {%- if name in (taint.unless or '') %}
                    {%- do spared.append("reason not like '%" ~ name ~ "%'") %}
                {%- endif %}
            {%- endfor %}
            {%- for day in ('from', 'to') %}
                {%- set name = taint[day] %}
                {%- do believed.update({day:
                    "case when reason not like '%" ~ name ~ "%' then " ~ name ~ ' end'
                    if name else 'cast(null as date)'
                }) %}
            {%- endfor %}
            {%- set amount = taint.amount %}
            {%- set key_type = taint.by or (taint.of or 'company') | replace('_id', '') %}
            {%- set select %}
    select
        '{{ table }}' as table_name,
        row_key,
        reason,
        '{{ taint.unknown }}' as unknown_figure,
        '{{ key_type }}' as key_type,
        {{ taint.of or "'all'" }} as key_value,
        {{ believed.from }} as valid_from,
        {{ believed.to }} as valid_to,
        {%- if amount %}
        case when reason not like '%{{ amount }}%' then {{ amount }} end as amount,
        currency
        {%- else %}
        cast(null as decimal(18, 6)) as amount,
        cast(null as {{ dbt.type_string() }}) as currency
        {%- endif %}
    from (
        select
            row_key,
            reason,
            {{ read | join(',\n            ') }}
        from {{ refused_rows }}
        where table_name = '{{ table }}'
    ) as refused
                {%- if taint.unless %}
    where not coalesce({{ (['(' ~ taint.unless ~ ')'] + spared) | join(' and ') }}, false)
                {%- endif %}
            {%- endset %}
            {%- do selects.append(select) %}
        {%- endfor %}
    {%- endfor %}
    {{- selects | join('\n    union all') }}
{% endmacro %}
