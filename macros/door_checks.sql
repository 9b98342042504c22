-- What the door refuses in a row of a raw table, in the order of the contract: a list of
-- {fails, reason}, both SQL over the raw values (raw_rows.<column>), the typed values
-- (typed.<column>) and the rows they refer to (known_<column>).
{% macro door_checks(table, columns) %}
    {% set checks = [] %}
    {% for name, rule in columns.items() %}
        {% set value = 'typed.' ~ name %}
        {% set said = "concat('" ~ name ~ " ''', " ~ told_value('typed.raw_' ~ name)
            ~ ", ''' " %}
        {% if rule.type != 'text' %}
            {% do checks.append({
                'fails': 'typed.is_malformed_' ~ name,
                'reason': said ~ "', " ~ malformed_reason(name, rule.type) ~ ')',
            }) %}
        {% endif %}
        {% if rule.key or rule.required %}
            {% set nothing = value ~ ' is null' %}
            {% if rule.type != 'text' %}
                {% set nothing = nothing ~ ' and not typed.is_malformed_' ~ name %}
            {% endif %}
            {% do checks.append({
                'fails': nothing, 'reason': "'" ~ name ~ " is empty'",
            }) %}
        {% endif %}
        {% if rule.allowed %}
            {% do checks.append({
                'fails': value ~ " not in ('" ~ rule.allowed | join("', '") ~ "')",
                'reason': said ~ "is none of " ~ rule.allowed | join(', ') ~ "')",
            }) %}
        {% endif %}
        {% for bound, operator, words in [
            ('least', '<', 'is below'), ('most', '>', 'is above'),
            ('above', '<=', 'is not above'),
        ] if rule[bound] is defined %}
            {% do checks.append({
                'fails': value ~ ' ' ~ operator ~ ' ' ~ rule[bound],
                'reason': said ~ words ~ ' ' ~ rule[bound] ~ "')",
            }) %}
        {% endfor %}
        {% if rule.references and not is_lost_if_unknown(rule) %}
            {% set place = referred_table(rule) %}
            {% do checks.append({
                'fails': value ~ ' is not null and known_' ~ name ~ '.known_id is null',
                'reason': said ~ "is not in " ~ place ~ "')",
            }) %}
        {% endif %}
    {% endfor %}
    {% if columns.valid_from and columns.valid_to %}
        {% do checks.append({
            'fails': 'typed.valid_to <= typed.valid_from',
            'reason': "'valid_to is not after valid_from'",
        }) %}
    {% endif %}
    {% if columns.month_start %}
        {% do checks.append({
            'fails': 'extract(day from typed.month_start) <> 1',
            'reason': "concat('month_start ''', typed.month_start, "
                ~ "''' is not the first day of a month')",
        }) %}
    {% endif %}
    {% if columns.unit_price %}
        {% do checks.extend(price_checks()) %}
    {% endif %}
    {% if columns.month_start and columns.closed_on %}
        {% do checks.append({
            'fails': 'typed.closed_on <= '
                ~ 'cast(' ~ dbt.last_day('typed.month_start', 'month') ~ ' as date)',
            'reason': "'closed_on is not after the end of the month'",
        }) %}
    {% endif %}
    {% if columns.currency and table != 'billing__fx_rates' %}
        {% do checks.append({
            'fails': 'typed.currency is not null and known_currency.known_id is null',
            'reason': "concat('currency ''', " ~ told_value('typed.currency')
                ~ ", ''' has no plan rate')",
        }) %}
    {% endif %}
    {{ return(checks) }}
{% endmacro %}
