"""What Python decides on the marts, as assets: each reads, calls and writes."""

import dagster as dg

from decisions.contracts import contracts
from decisions.evaluation import evaluated, used_model
from decisions.outreach import drafted, offered
from decisions.propensity import known_cases, last_month, rules, scored
from orchestration.warehouse import Warehouse

# The tables each asset reads, in the order its functions take them.
LEARNT_FROM = (
    "marts.propensity_features",
    "staging.stg_policy__motion_policy",
    "staging.stg_policy__measurement_policy",
)
OFFERED_FROM = ("marts.expansion_queue", "marts.churn_risks")
DRAFTED_FROM = (
    "policy.outreach_templates",
    "policy.outreach_openings",
    "marts.account_signals",
    "marts.accounts",
    "staging.stg_billing__products",
)
EVALUATION = "decisions.propensity_evaluation"
SCORES = "decisions.propensity_scores"


def _keys(*tables: str) -> list[dg.AssetKey]:
    return [dg.AssetKey(table.split(".")) for table in tables]


@dg.asset(key_prefix="decisions", group_name="decisions", deps=_keys(*LEARNT_FROM))
def propensity_evaluation(warehouse: Warehouse) -> None:
    """How well chances of expansion met what happened, and the model that is used."""
    features, *policy = (warehouse.read(table) for table in LEARNT_FROM)
    table = evaluated(known_cases(features), last_month(features), rules(*policy))
    warehouse.write(EVALUATION, table, contracts()["propensity_evaluation"])


@dg.asset(
    key_prefix="decisions",
    group_name="decisions",
    deps=_keys(*LEARNT_FROM, EVALUATION, *OFFERED_FROM, *DRAFTED_FROM),
)
def propensity_scores(warehouse: Warehouse) -> None:
    """The chance that each customer expands, why, and what to do about it."""
    features, *policy = (warehouse.read(table) for table in LEARNT_FROM)
    model = used_model(warehouse.read(EVALUATION))
    cases = known_cases(features)
    scores = scored(cases, last_month(features), model, rules(*policy))
    offers = offered(scores, *(warehouse.read(table) for table in OFFERED_FROM))
    table = drafted(offers, *(warehouse.read(table) for table in DRAFTED_FROM))
    warehouse.write(SCORES, table, contracts()["propensity_scores"])


@dg.asset_check(
    asset=propensity_scores, blocking=True, additional_deps=_keys(EVALUATION)
)
def every_customer_is_scored(warehouse: Warehouse) -> dg.AssetCheckResult:
    """Where a model is used, each customer of the last month has one score."""
    features = warehouse.read(LEARNT_FROM[0])
    is_used = used_model(warehouse.read(EVALUATION)) is not None
    customers = features.loc[features["is_last_month"].astype(bool), "account_id"]
    expected = set(customers) if is_used else set()
    return dg.AssetCheckResult(
        passed=set(warehouse.read(SCORES)["account_id"]) == expected
    )
