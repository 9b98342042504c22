"""What Python decides on the marts, as assets: each reads, calls and writes."""

import dagster as dg
import pandas as pd

from decisions.contracts import contracts
from decisions.evaluation import evaluated, used_model
from decisions.outreach import drafted, offered
from decisions.propensity import Rules, known_cases, month_numbers, scored
from orchestration.warehouse import Warehouse

FEATURES = "marts.propensity_features"
SIGNALS = "marts.account_signals"
QUEUE = "marts.expansion_queue"
RISKS = "marts.churn_risks"
ACCOUNTS = "marts.accounts"
PRODUCTS = "staging.stg_billing__products"
TEMPLATES = "policy.outreach_templates"
POLICIES = ("staging.stg_policy__motion_policy", "staging.stg_policy__measurement_policy")
EVALUATION = "decisions.propensity_evaluation"
SCORES = "decisions.propensity_scores"

