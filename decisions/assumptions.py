"""What the value model stands on: each parameter, its range, and its grade."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from decisions import evidence
from decisions.company import (
    MOTIONS,
    SCOPE,
    Company,
    Inputs,
    Scope,
    company_of,
    scopes_of,
)
from decisions.estimates import SEED, drawn_parameters, drawn_weights, of_range
from decisions.evidence import ASSUMED, DERIVED, OBSERVED, Basis, basis_of_sources

DRAWS = 10_000
PERCENTILES = [10, 50, 90]

PER_ARR, RATE, MONTHS, MONEY = "cost per 1.00 of ARR", "rate", "months", "currency"
DEALS_AND_COSTS = "marts.deals, marts.go_to_market_costs"
POLICY = "policy.decision_parameters"


@dataclass(frozen=True)
class Parameter:
    """How a parameter is known: unit, tables, sources of evidence, provenance.

    `policy_key` is the value of policy that what was counted is multiplied by, if any.
    """

    unit: str
    tables: str
    sources: tuple[str, ...] = ()
    provenance: str = OBSERVED
    policy_key: str | None = None


PARAMETERS = {
    "cac_expansion": Parameter(PER_ARR, DEALS_AND_COSTS, ("costs", "opportunities")),
    "cac_new": Parameter(PER_ARR, DEALS_AND_COSTS, ("costs", "opportunities")),
    "gross_margin": Parameter(RATE, POLICY, provenance=ASSUMED),
    "grr_base_12m": Parameter(
        RATE,
        "marts.retention_months, marts.arr_account_months",
        ("subscription_items",),
    ),
    "nrr_new_cohort_12m": Parameter(
        RATE, "marts.arr_account_months", ("subscription_items",)
    ),
    "cycle_months_expansion": Parameter(MONTHS, "marts.deals", ("opportunities",)),
    "cycle_months_new": Parameter(MONTHS, "marts.deals", ("opportunities",)),
    "whitespace_arr": Parameter(
        MONEY,
        "marts.propensity_features, decisions.propensity_scores, marts.churn_risks",
        ("subscription_items",),
        DERIVED,
    ),
    "new_logo_cap_arr": Parameter(
        MONEY,
        f"marts.deals, {POLICY}",
        ("opportunities",),
        DERIVED,
        "new_logo_cap_factor",
    ),
    "uplift": Parameter(RATE, "marts.propensity_features", ("subscription_items",)),
    "budget": Parameter(
        MONEY,
        f"{DEALS_AND_COSTS}, {POLICY}",
        ("costs", "opportunities"),
        DERIVED,
        "budget_movable_rate",
    ),
    "share_expansion": Parameter(RATE, DEALS_AND_COSTS, ("costs", "opportunities")),
    "discount_rate": Parameter("rate a year", POLICY, provenance=ASSUMED),
    "horizon_months": Parameter(MONTHS, POLICY, provenance=ASSUMED),
}
# What the columns of numbers hold.
LARGEST = 1e12
COLUMNS = [
    *(*SCOPE, "parameter", "unit", "estimate", "p10", "p50", "p90"),
    *("distribution", "n", "kind", "evidence_score", "evidence_grade"),
    *("source_table", "as_of", "owner", "stale_on", "policy_key", "policy_value"),
]


def assumptions(
    inputs: Inputs, n_draws: int = DRAWS
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row per scope and parameter, and one per scope and draw.

    The company has rows always; a segment only with the customers and closed deals that
    the policy asks for. What cannot be estimated is an open question without a number.
    """
    policy = inputs.parameters.set_index("parameter_key")
    limits = policy["value"].astype(float).to_dict()
    company = company_of(inputs, limits)
    scopes = scopes_of(company, limits)
    parts: dict[tuple[str, str], list[dict[str, np.ndarray]]] = {
        scope.key: [] for scope in scopes
    }
    for weights in drawn_weights(company, policy, n_draws):
        for scope in scopes:
            parts[scope.key].append(drawn_parameters(company, scope, weights))
    rows, frames = [], []
    for scope in scopes:
        drawn = {
            name: _held(np.concatenate([part[name] for part in parts[scope.key]]))
            for name in PARAMETERS
        }
        cases = _case_weights(company, scope)
        rows += [
            (*scope.key, *_judged(name, drawn[name], cases.get(name), inputs, policy))
            for name in PARAMETERS
        ]
        keys = dict(zip(SCOPE, scope.key, strict=True))
        draws = {name: values[1:] for name, values in drawn.items()}
        frames.append(pd.DataFrame({**keys, "draw": range(n_draws), **draws}))
    return _typed(rows), pd.concat(frames, ignore_index=True)


def _held(values: np.ndarray) -> np.ndarray:
    """Numbers that a figure holds: nothing is reckoned with what a cent became."""
    return np.where(np.abs(values) < LARGEST, values, np.nan)


def _case_weights(company: Company, scope: Scope) -> dict[str, tuple[int, np.ndarray]]:
    """By parameter, how many cases it is from, and the ARR of each account in it."""
    of = scope.places
    cohort = of[company.is_in_cohort[of]]
    base = of[company.openings[of] > 0]
    eligible = of[company.is_eligible[of]]
    cases = company.cases[
        company.cases["place"].isin(of) & company.cases["is_expanded"]
    ]
    counted = {
        "grr_base_12m": (len(base), company.openings[base]),
        "nrr_new_cohort_12m": (len(cohort), company.starts[cohort]),
        "whitespace_arr": (len(eligible), company.arr[eligible]),
        "uplift": (len(cases), _by_account(cases)),
    }
    closed = company.deals[
        company.deals["type"].isin([kind for kind, _ in MOTIONS.values()])
    ]
    own = closed[closed["place"].isin(of)]
    for name in ("budget", "share_expansion"):
        counted[name] = (len(own), _by_account(own))
    for motion, (kind, _) in MOTIONS.items():
        won = own[own["is_won"] & (own["type"] == kind)]
        for name in (f"cac_{motion}", f"cycle_months_{motion}"):
            counted[name] = (len(won), _by_account(won))
    counted["new_logo_cap_arr"] = counted["cac_new"]
    return counted


def _by_account(cases: pd.DataFrame) -> np.ndarray:
    return cases.groupby("place")["arr"].sum().to_numpy(float)


def _judged(
    name: str,
    draws: np.ndarray,
    cases: tuple[int, np.ndarray] | None,
    inputs: Inputs,
    policy: pd.DataFrame,
) -> tuple:
    """A row of the table: the range of a parameter, and what it is worth."""
    known, limits = PARAMETERS[name], policy["value"].astype(float).to_dict()
    policy_row = inputs.metric_policy.iloc[0]
    estimate = draws[0]
    low, middle, high = (
        np.full(3, np.nan)
        if np.isnan(estimate) or np.isnan(draws[1:]).all()
        else np.nanpercentile(draws[1:], PERCENTILES)
    )
    if cases is None:
        basis = _decided(policy.loc[name])
    else:
        basis = basis_of_sources(inputs.sources, known.sources, known.provenance)
    today = pd.Timestamp(policy_row["as_of_date"])
    fresh = evidence.freshness(basis, today, limits)
    worth = None
    if not np.isnan(estimate) and fresh is not None:
        worth = evidence.score(
            fresh,
            basis.coverage,
            evidence.precision(estimate, low, high),
            limits[f"provenance_{basis.provenance}"],
            None if cases is None else evidence.sufficiency(cases[1], limits),
        )
    stale_on, policy_value = evidence.stale_on(basis, limits), None
    if known.policy_key is not None:
        # A product is known no better than what it is multiplied by.
        row = policy.loc[known.policy_key]
        policy_value = float(row["value"])
        of_policy = _worth_of_policy(row, today, limits)
        worth = None if None in (worth, of_policy) else min(worth, of_policy)
        stale_on = min(stale_on, evidence.stale_on(_decided(row), limits))
    n = 0 if cases is None else cases[0]
    distribution = "bootstrap" if cases else "fixed" if low == high else "triangular"
    return (
        name,
        policy_row["reporting_currency"] if known.unit == MONEY else known.unit,
        *(estimate, low, middle, high, distribution, n),
        evidence.kind(worth, basis.provenance, n, limits),
        *(worth, evidence.grade(worth, limits)),
        *(known.tables, _day(basis.seen_on), basis.owner),
        *(_day(stale_on), known.policy_key, policy_value),
    )


def _decided(row: pd.Series) -> Basis:
    """What a value of policy rests on: somebody's word on a day."""
    return Basis(pd.Timestamp(row["decided_on"]), None, str(row["owner"]), ASSUMED)


def _worth_of_policy(
    row: pd.Series, today: pd.Timestamp, limits: dict[str, float]
) -> float | None:
    """The evidence score of a value of policy, its range that of its triangle."""
    basis = _decided(row)
    fresh = evidence.freshness(basis, today, limits)
    if fresh is None:
        return None
    drawn = of_range(row, np.random.default_rng(SEED), DRAWS)
    low, _, high = np.percentile(drawn, PERCENTILES)
    return evidence.score(
        fresh,
        evidence.precision(float(row["value"]), low, high),
        limits[f"provenance_{basis.provenance}"],
    )


def _day(stamp: pd.Timestamp) -> dt.date | None:
    return None if pd.isna(stamp) else stamp.date()


def _typed(rows: list[tuple]) -> pd.DataFrame:
    """The rows as the contract wants them: numbers to six decimals, days as dates."""
    table = pd.DataFrame(rows, columns=COLUMNS)
    numbers = ["estimate", "p10", "p50", "p90", "evidence_score"]
    table[numbers] = table[numbers].astype(float).round(6)
    return table
