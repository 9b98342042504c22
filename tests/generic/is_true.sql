-- Fails if a row does not meet the expression; one that is null on it does not.
{% test is_true(model, expression) %}
select *
from {{ model }}
where not coalesce({{ expression }}, false)
{% endtest %}
