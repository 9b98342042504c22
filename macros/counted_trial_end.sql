-- Day a subscription's trial ends, if it is one: a longer one was put on a subscription
-- that had been paid for. Needs `policy` in the from clause.
{% macro counted_trial_end(subscription) -%}
    case
        when
            {{ dbt.datediff(
                subscription ~ '.started_on', subscription ~ '.trial_ends_on', 'day'
            ) }} between 1 and policy.longest_trial_days
            then {{ subscription }}.trial_ends_on
    end
{%- endmacro %}
