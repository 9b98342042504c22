"""The columns of every raw table written as CSV, in the order of the contract."""

COLUMNS = {
    table: columns.split()
    for table, columns in {
        "billing__products": "product_id product_name product_family tier_rank "
        "unit_of_measure",
        "billing__product_migrations": "old_product_id new_product_id effective_on",
        "billing__subscriptions": "subscription_id account_id currency started_on "
        "trial_ends_on cancelled_on ends_on term_ends_on auto_renew cancel_reason",
        "billing__subscription_items": "item_id subscription_id product_id charge_type "
        "billing_interval interval_count quantity unit_price valid_from valid_to "
        "change_reason is_contracted_step",
        "billing__subscription_statuses": "subscription_id status valid_from valid_to",
        "billing__discounts": "discount_id subscription_id item_id percent_off "
        "amount_off duration valid_from valid_to",
        "billing__invoice_lines": "line_id invoice_id account_id subscription_id "
        "item_id product_id line_type currency amount tax_amount service_from "
        "service_to issued_on",
        "billing__fx_rates": "currency rate_type valid_from rate",
        "product__features": "feature_key product_id feature_name is_core is_premium",
        "product__entitlements": "account_id product_id meter limit_quantity "
        "valid_from valid_to",
        "crm__accounts": "account_id account_name parent_account_id "
        "merged_into_account_id segment industry country csm_user_id "
        "account_manager_user_id sales_user_id created_on",
        "crm__account_headcounts": "account_id observed_on employee_count",
        "crm__users": "user_id user_name role team is_active started_on ended_on "
        "weekly_capacity",
        "crm__contacts": "contact_id account_id job_title seniority buying_role "
        "is_active left_on",
        "crm__activities": "activity_id account_id contact_id user_id activity_type "
        "is_two_way occurred_on",
        "crm__opportunities": "opportunity_id account_id owner_user_id "
        "opportunity_type product_id play amount_arr currency stage created_on "
        "close_on is_closed is_won",
        "crm__account_plans": "plan_id account_id owner_user_id status "
        "target_product_id target_expansion_arr starts_on ends_on reviewed_on",
        "crm__play_runs": "play_run_id account_id play signal owner_user_id "
        "is_holdout surfaced_on actioned_on outcome closed_on",
        "crm__compensation_plans": "role valid_from valid_to base_pay variable_pay "
        "currency weight_expansion weight_nrr weight_new_logo weight_other",
        "support__tickets": "ticket_id account_id priority opened_on solved_on csat",
        "support__surveys": "response_id account_id contact_id survey_type score "
        "responded_on",
        "finance__gtm_costs": "month_start function motion amount currency",
        "finance__gl_revenue": "month_start gl_class amount currency",
        "finance__arr_adjustments": "adjustment_id account_id product_id valid_from "
        "valid_to arr_amount currency reason approved_by",
        "finance__reported_metrics": "month_start metric value",
        "finance__period_closes": "month_start closed_on closed_by",
    }.items()
}
