{% for signal in signal_names() %}
    select
        account_id,
        signal,
        month_number,
        product_id,
        value,
        is_fired,
        evidence
    from {{ ref('int_signal_' ~ signal ~ '_measured') }}
    {{ 'union all' if not loop.last }}
{% endfor %}
