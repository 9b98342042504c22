"""What expansion and new logos are worth, and how sure of it one can be, as assets."""

from collections.abc import Iterator

import dagster as dg

from decisions.assumptions import Inputs
from decisions.assumptions import assumptions as estimated
from decisions.contracts import contracts
from decisions.governance import policy
from decisions.grid import scenario_grid
from decisions.information import value_of_information
from decisions.options import option_scores
from decisions.simulation import scenario_simulation
from decisions.thresholds import scenario_thresholds
from decisions.tornado import scenario_tornado
from orchestration.warehouse import Warehouse

# In the order of the fields of Inputs.
ESTIMATED_FROM = (
    "marts.deals",
    "marts.go_to_market_costs",
    "marts.arr_account_months",
    "marts.retention_months",
    "marts.accounts",
    "marts.propensity_features",
    "decisions.propensity_scores",
    "marts.churn_risks",
    "marts.evidence_sources",
    "policy.decision_parameters",
    "staging.stg_policy__metric_policy",
    "staging.stg_policy__motion_policy",
)
CHOSEN_BY = (
    "policy.decisions",
    "policy.decision_options",
    "policy.decision_criteria",
)
LIMITS = "staging.stg_policy__governance_policy"
READ = (*ESTIMATED_FROM, *CHOSEN_BY, LIMITS)
TABLES = (
    "assumptions",
    "scenario_thresholds",
    "scenario_tornado",
    "scenario_grid",
    "scenario_simulation",
    "value_of_information",
    "option_scores",
)


def _keys(*tables: str) -> list[dg.AssetKey]:
    return [dg.AssetKey(table.split(".")) for table in tables]


@dg.multi_asset(
    group_name="decisions",
    specs=[dg.AssetSpec(["decisions", name], deps=_keys(*READ)) for name in TABLES],
)
def valuation(warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Assumptions and all that follows from the same draws of them."""
    table, draws = estimated(Inputs(*map(warehouse.read, ESTIMATED_FROM)))
    flips, bars = scenario_thresholds(table, draws), scenario_tornado(table, draws)
    chosen_by = map(warehouse.read, CHOSEN_BY)
    limits = policy(warehouse.read(LIMITS))
    tables = {
        "assumptions": table,
        "scenario_thresholds": flips,
        "scenario_tornado": bars,
        "scenario_grid": scenario_grid(table, draws, flips, bars),
        "scenario_simulation": scenario_simulation(table, draws),
        "value_of_information": value_of_information(table, draws),
        "option_scores": option_scores(table, draws, *chosen_by, limits),
    }
    for name in TABLES:
        warehouse.write(f"decisions.{name}", tables[name], contracts()[name])
        yield dg.MaterializeResult(asset_key=["decisions", name])
