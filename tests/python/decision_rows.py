"""A small decision that is ready, as frames; tests change one thing of it."""

import csv
import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd

from decisions.governance import Policy, policy
from decisions.readiness import Evidence
from decisions.record import Sources
from orchestration.settings import PROJECT

AS_OF = dt.date(2026, 6, 30)
SCOPE = {"scope_type": "company", "scope_value": "company"}
METRIC = "gross_revenue_retention_1m"
STAMPS = {"policy": "2026.01", "definitions": "d", "hierarchy": "h"}
BALANCES = {dt.date(2026, 5, 1): 900_000.0, dt.date(2026, 6, 1): 1_000_000.0}


def seed(name: str) -> pd.DataFrame:
    """The rows of a policy seed as text, empty cells as None."""
    path: Path = PROJECT / "seeds" / "policy" / f"{name}.csv"
    with path.open(newline="", encoding="utf-8") as lines:
        rows = [
            {key: value or None for key, value in row.items()}
            for row in csv.DictReader(lines)
        ]
    return pd.DataFrame(rows, dtype=object)


def limits() -> Policy:
    """The governance policy of the seed."""
    rows = seed("governance_policy")
    return policy(pd.DataFrame([dict(zip(rows.policy_key, rows.value, strict=True))]))


def decisions(**changes: object) -> pd.DataFrame:
    """One decision of the company."""
    row: dict[str, object] = {
        "decision_id": "DEC",
        "question": "Expansion or new logos?",
        "objective": "The most gross margin",
        **SCOPE,
        "horizon_months": 24,
        "success_metrics": "gross_revenue_retention_12m",
        "materiality": 1000.0,
        "owner_user_id": "U1",
        "escalation_user_id": "U3",
        "asked_on": dt.date(2026, 4, 15),
        "due_on": dt.date(2026, 7, 31),
    }
    return pd.DataFrame([row | changes])


def options() -> pd.DataFrame:
    """Keep, pilot or best, all approved by U2."""
    return pd.DataFrame(
        [
            ("DEC", "A", "Keep", "keep", None, None, "Nothing moves", "U2"),
            ("DEC", "B", "Pilot", "pilot", 0.25, 6, "A quarter at most", "U2"),
            ("DEC", "C", "Redesign", "best", None, None, "On a quarter's first", "U2"),
        ],
        columns=[
            *("decision_id", "option_id", "option_name", "mix_rule", "pilot_share"),
            *("pilot_months", "constraints", "approver_user_id"),
        ],
    )


def users() -> pd.DataFrame:
    """Three people who are here; U9 left on the day."""
    began = dt.date(2020, 1, 1)
    return pd.DataFrame(
        [
            ("U1", "Ada", began, None),
            ("U2", "Ben", began, None),
            ("U3", "Cyd", began, None),
            ("U9", "Dov", began, AS_OF),
        ],
        columns=["user_id", "user_name", "started_on", "ended_on"],
    )


def assumptions() -> pd.DataFrame:
    """A fact, an assumption of policy and a weak assumption."""
    stale_on = dt.date(2026, 12, 31)
    rows = [
        ("cac_expansion", "cost per ARR", 0.5, 0.4, 0.6, 80, "fact", 0.9, "A"),
        ("gross_margin", "rate", 0.8, 0.8, 0.8, None, "assumption", 0.6, "C"),
        ("uplift", "rate", 0.2, 0.1, 0.4, 12, "assumption", 0.2, "D"),
    ]
    columns = ["parameter", "unit", "estimate", "p10", "p90", "n", "kind"]
    table = pd.DataFrame(rows, columns=[*columns, "evidence_score", "evidence_grade"])
    return table.assign(
        **SCOPE,
        distribution=["bootstrap", "fixed", "bootstrap"],
        source_table="marts.deals",
        owner="finance",
        stale_on=stale_on,
    )


def information() -> pd.DataFrame:
    """Nearly all that knowing is worth lies in the cost of expansion."""
    return pd.DataFrame(
        {
            "parameter": ["cac_expansion", "uplift", "gross_margin"],
            "evppi": [900.0, 100.0, 0.0],
            "evpi": 1000.0,
            "rank": [1, 2, 3],
            **SCOPE,
        }
    )


def tornado() -> pd.DataFrame:
    """The cost of expansion moves the answer, and turns it nowhere in its range."""
    return pd.DataFrame(
        {
            "parameter": ["cac_expansion"],
            "low": [0.4],
            "high": [0.6],
            "difference_base": [6_000.0],
            "difference_low": [9_000.0],
            "difference_high": [3_000.0],
            "swing": [6_000.0],
            "is_sign_changed": [False],
            "rank": [1],
            **SCOPE,
        }
    )


def scores() -> pd.DataFrame:
    """C is the best by 5,000."""
    table = pd.DataFrame(
        {
            "option_id": ["A", "B", "C"],
            "option_name": ["Keep", "Pilot", "Redesign"],
            "share_expansion": [0.4, 0.5, 0.9],
            "value_mean": [10_000.0, 12_000.0, 15_000.0],
            "value_p5": [5_000.0, 5_500.0, 2_000.0],
            "probability_best": [0.1, 0.3, 0.6],
            "expected_regret": [4_000.0, 2_000.0, 500.0],
            "max_regret": [9_000.0, 6_000.0, 3_000.0],
            "reversal_cost": [0.0, 100.0, 2_000.0],
            "stage_gate": [None, "uplift 0.15 or more", None],
            "stop_condition": [None, "uplift below 0.15", "cost above 0.9"],
            "probability_pays": [0.7, 0.8, 0.9],
            "probability_below_keep": [0.0, 0.2, 0.1],
            "delay_cost": [None, 3_500.0, None],
            "information_value": [None, 500.0, None],
            "criteria_score": [10_000.0, 12_000.0, 15_000.0],
            "criteria_detail": "by the criteria",
            "break_even_reversal_rate": [2.5, 1_900 / 3_000, None],
            "first_if": ["Value weighs 0.10 or less", "Value weighs 0.5 or less", None],
            "rank": [3, 2, 1],
        }
    )
    return table.assign(
        decision_id="DEC",
        **SCOPE,
        as_of=AS_OF,
        policy_version="2026.01",
        horizon_months=24,
        currency="USD",
    )


def series(values: np.ndarray, metric: str = METRIC) -> pd.DataFrame:
    """A monthly series of the company that ends with June 2026."""
    months = pd.date_range(end="2026-06-01", periods=len(values), freq="MS").date
    return pd.DataFrame(
        {**SCOPE, "metric": metric, "month_start": months, "value": values, "n": None}
    )


def calm(n_months: int = 30) -> np.ndarray:
    """Points that go up and down by 0.01 around 0.98: limits at 0.9534 and 1.0066."""
    return 0.98 + 0.005 * np.where(np.arange(n_months) % 2, 1, -1)


def rules(**changes: object) -> pd.DataFrame:
    """One trigger: the chart of monthly gross retention."""
    row: dict[str, object] = {
        "trigger_id": "T1",
        "decision_id": "DEC",
        "rule": "outside_usual_range",
        "metric": METRIC,
        "parameter": None,
        "flip_scale": None,
        "owner_user_id": "U1",
        "escalation_user_id": "U3",
        "due_days": 14,
        "action": "Find out why",
        "reversal_signal": "Back inside the limits",
    }
    return pd.DataFrame([row | changes], dtype=object)


def books(is_passed: bool | None = True) -> pd.DataFrame:
    """One check of the books; None where it could not be made."""
    row = {"check_name": "ledger", "is_passed": is_passed, "detail": "12.00 apart"}
    return pd.DataFrame([row], dtype=object)


def evidence(**changes: object) -> Evidence:
    """What the decision rests on; every check passes."""
    parts: dict[str, object] = {
        "options": options(),
        "users": users(),
        "assumptions": assumptions(),
        "information": information(),
        "tornado": tornado(),
        "scores": scores(),
        "series": series(calm()),
        "rules": rules(),
        "books": books(),
    }
    return Evidence(**(parts | changes))


def thresholds() -> pd.DataFrame:
    """The cost of expansion flips the answer at 0.9, half its base away."""
    return pd.DataFrame(
        {
            "parameter": ["cac_expansion", "uplift"],
            "base": [0.5, 0.2],
            "flip_value": [0.9, None],
            "direction": ["below", None],
            "probability_beyond_flip": [0.02, None],
            "distance_rate": [0.8, None],
            **SCOPE,
        }
    )


def reviews() -> pd.DataFrame:
    """One review that was held, one to come, one over the horizon."""
    return pd.DataFrame(
        [
            ("R1", "initial", dt.date(2026, 5, 1), dt.date(2026, 5, 2), "U1"),
            ("R2", "operating", dt.date(2026, 9, 30), None, None),
            ("R3", "post_review", dt.date(2028, 6, 30), None, None),
        ],
        columns=["review_id", "review_kind", "due_on", "held_on", "held_by"],
    ).assign(decision_id="DEC", asks="Still right?")


def balances(**changes: float) -> pd.DataFrame:
    """Closing ARR of the company by month."""
    return pd.DataFrame(
        {
            **SCOPE,
            "month_start": list(BALANCES),
            "closing_arr": list(BALANCES.values()),
        }
    ).assign(**changes)


def sources(checks: pd.DataFrame, **changes: object) -> Sources:
    """What the record of the decision is written from."""
    simulation = pd.DataFrame(
        {
            "option": ["expansion focus", "new-logo focus"],
            "value_mean": [15_000.0, 9_000.0],
            "value_p5": [1_000.0, 2_000.0],
            "value_p95": [30_000.0, 16_000.0],
            "value_cvar_10": [500.0, 1_500.0],
            "probability_best": [0.8, 0.2],
            "probability_beats_new_logo_focus": [0.8, None],
            "n_draws": 10_000,
            **SCOPE,
        }
    )
    definitions = pd.DataFrame(
        {
            "metric_id": ["gross_revenue_retention_12m"],
            "metric_name": ["Gross retention"],
            "definition": ["What is kept"],
            "policy_version": ["2026.01"],
        }
    )
    baselines = pd.DataFrame(
        {
            **SCOPE,
            "metric_id": ["gross_revenue_retention_12m"],
            "value": [0.93],
            "denominator": [900_000.0],
            "evidence_grade": ["A"],
        }
    )
    benchmarks = pd.DataFrame(
        {
            "benchmark": ["gross_revenue_retention_median"],
            "value": [0.91],
            "unit": ["share of opening ARR"],
            "compared_with": ["gross_revenue_retention_12m"],
            "evidence_grade": ["D"],
            "source": ["A survey"],
            "year": [2024],
            "is_read_first_hand": [False],
        }
    )
    criteria = pd.DataFrame(
        {
            "criterion": ["Value"],
            "weight": [1.0],
            "direction": ["higher"],
            "reason": ["It is what is wanted"],
        }
    )
    parts: dict[str, object] = {
        "options": options(),
        "criteria": criteria,
        "checks": checks,
        "assumptions": assumptions(),
        "thresholds": thresholds(),
        "tornado": tornado(),
        "simulation": simulation,
        "information": information(),
        "scores": scores(),
        "rules": rules(),
        "reviews": reviews(),
        "definitions": definitions,
        "baselines": baselines,
        "benchmarks": benchmarks,
        "users": users(),
        "balances": balances(),
        "stamps": STAMPS,
        "currency": "USD",
        "evidence_share": 0.8,
    }
    return Sources(**(parts | changes))
