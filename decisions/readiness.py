"""Is anyone entitled to decide: what is missing, who can supply it, and by when.

A check that fails makes a decision not ready, and then nothing is recommended. One
that passes with something open makes it ready with conditions.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from decisions.charts import comparable, runs, series_of, signals
from decisions.governance import (
    Policy,
    Row,
    at_stake,
    carrying,
    in_scope,
    is_here,
    rows_of,
)

PASSED, CONDITION, FAILED = "passed", "condition", "failed"
READY, CONDITIONS, NOT_READY = "ready", "ready_with_conditions", "not_ready"
NOT_ASKED = "not_asked"
OPEN = "open_question"
# What must be the same for all options, or their values do not compare.
COMMON = ("as_of", "policy_version", "horizon_months", "currency")
READINESS = [
    *("decision_id", "check_name", "asks", "state", "failing_rows", "supplied_by"),
    *("supply_by", "verdict", "as_of"),
]


@dataclass(frozen=True)
class Evidence:
    """What a decision rests on.

    `scores` are the options with their value and what they were valued under; `series`
    and `rules` what is watched; `books` the checks of the books, None if none ran, each
    with is_passed: None where it could not be made.
    """

    options: pd.DataFrame
    users: pd.DataFrame
    assumptions: pd.DataFrame
    information: pd.DataFrame
    tornado: pd.DataFrame
    scores: pd.DataFrame
    series: pd.DataFrame
    rules: pd.DataFrame
    books: pd.DataFrame | None


@dataclass(frozen=True)
class Finding:
    """What a check found: its state, and the rows that made it fail as text."""

    state: str
    rows: tuple[str, ...] = ()


Check = Callable[[Row, Evidence, Policy, dt.date], Finding]


def readiness(
    decisions: pd.DataFrame,
    checks: pd.DataFrame,
    evidence: Evidence,
    policy: Policy,
    as_of: dt.date,
) -> pd.DataFrame:
    """One row per decision asked by the date and check, each with the verdict.

    One asked for only later has a row that says so.
    """
    tables = [
        _checked(decision, checks, evidence, policy, as_of)
        if decision["asked_on"] <= as_of
        else _not_asked(decision, as_of)
        for decision in rows_of(decisions)
    ]
    empty = pd.DataFrame(columns=READINESS)
    return pd.concat(tables, ignore_index=True) if tables else empty


def _checked(
    decision: Row,
    checks: pd.DataFrame,
    evidence: Evidence,
    policy: Policy,
    as_of: dt.date,
) -> pd.DataFrame:
    rows = []
    for check in rows_of(checks):
        finding = CHECKS[check["check_name"]](decision, evidence, policy, as_of)
        is_missing = finding.state != PASSED
        days = dt.timedelta(days=int(check["within_days"]))
        rows.append(
            {name: check.get(name) for name in READINESS}
            | {
                "decision_id": decision["decision_id"],
                "state": finding.state,
                "failing_rows": "; ".join(finding.rows) or None,
                "supplied_by": _supplier(check, decision) if is_missing else None,
                "supply_by": as_of + days if is_missing else None,
                "as_of": as_of,
            }
        )
    table = pd.DataFrame(rows, columns=READINESS)
    return table.assign(verdict=_verdict(set(table["state"])))


def _not_asked(decision: Row, as_of: dt.date) -> pd.DataFrame:
    asked_on = decision["asked_on"]
    row = {
        "decision_id": decision["decision_id"],
        "check_name": NOT_ASKED,
        "asks": "Is the decision asked for by the as-of date?",
        "state": NOT_ASKED,
        "failing_rows": f"asked for on {asked_on}, after the as-of date {as_of}",
        "verdict": NOT_ASKED,
        "as_of": as_of,
    }
    return pd.DataFrame([row], columns=READINESS)


def _verdict(states: set[str]) -> str:
    if FAILED in states:
        return NOT_READY
    return CONDITIONS if CONDITION in states else READY


def _supplier(check: Row, decision: Row) -> str:
    """Who is asked: the people a decision names, or those the check does."""
    people = {
        "owner of the decision": decision["owner_user_id"],
        "escalation of the decision": decision["escalation_user_id"],
    }
    return str(people.get(check["supplied_by"]) or check["supplied_by"])


def _has_owner(
    decision: Row, evidence: Evidence, policy: Policy, as_of: dt.date
) -> Finding:
    missing = []
    if not is_here(evidence.users, decision["owner_user_id"], as_of):
        missing.append(f"owner {decision['owner_user_id'] or 'not named'} is not here")
    for option in rows_of(evidence.options, decision_id=decision["decision_id"]):
        approver = option["approver_user_id"]
        if not is_here(evidence.users, approver, as_of):
            name = approver or "not named"
            missing.append(f"approver of {option['option_id']} {name} is not here")
    return Finding(FAILED if missing else PASSED, tuple(missing))


def _has_evidence(
    decision: Row, evidence: Evidence, policy: Policy, as_of: dt.date
) -> Finding:
    """The parameters that carry most of what is at stake, by evidence."""
    scope = in_scope(decision)
    known = rows_of(evidence.assumptions, **scope)
    unanswered = [f"{row['parameter']} is open" for row in known if row["kind"] == OPEN]
    weights = at_stake(
        rows_of(evidence.information, **scope), rows_of(evidence.tornado, **scope)
    )
    if not weights:
        rows = unanswered or [f"{decision['scope_value']} has no estimates"]
        return Finding(FAILED, tuple(rows))
    critical = carrying(weights, policy.evidence_share_rate)
    failing = [f"{row} is open" for row in critical if f"{row} is open" in unanswered]
    scores = {row["parameter"]: float(row["evidence_score"] or 0) for row in known}
    total = sum(weights[name] for name in critical)
    if total > 0:
        mean = sum(weights[name] * scores.get(name, 0) for name in critical) / total
        if mean < policy.least_evidence_score:
            failing += [
                f"{name} has evidence {scores.get(name, 0):.2f}"
                for name in critical
                if scores.get(name, 0) < policy.least_evidence_score
            ]
    if failing:
        return Finding(FAILED, tuple(failing))
    return Finding(CONDITION if unanswered else PASSED, tuple(unanswered))


def _has_choice(
    decision: Row, evidence: Evidence, policy: Policy, as_of: dt.date
) -> Finding:
    key = decision["decision_id"]
    options = rows_of(evidence.options, decision_id=key)
    kinds = {
        (row["mix_rule"], row["pilot_share"], row["pilot_months"]) for row in options
    }
    if len(kinds) < 2:
        return Finding(FAILED, (f"{len(kinds)} distinct options",))
    values = {
        row["option_id"]: float(row["value_mean"])
        for row in rows_of(evidence.scores, decision_id=key)
        if row["value_mean"] is not None
    }
    if len(values) < 2:
        return Finding(FAILED, (f"{len(values)} options have a value",))
    ranked = sorted(values, key=values.__getitem__, reverse=True)
    best, second, worst = ranked[0], ranked[1], ranked[-1]
    limit = float(decision["materiality"])

    def behind(other: str) -> str:
        gap = values[best] - values[other]
        return f"{best} is worth {gap:,.0f} more than {other}, less than {limit:,.0f}"

    if values[best] - values[worst] < limit:
        return Finding(FAILED, (behind(worst),))
    told = []
    if values[best] < 0:
        lost = f"every option is worth less than spending nothing, the best, {best}, "
        told.append(f"{lost}by {-values[best]:,.0f}: none spends less")
    if values[best] - values[second] < limit:
        told.append(behind(second))
    return Finding(CONDITION if told else PASSED, tuple(told))


def _is_stable(
    decision: Row, evidence: Evidence, policy: Policy, as_of: dt.date
) -> Finding:
    """The series the decision's triggers chart, in their last points."""
    rules = rows_of(evidence.rules, decision_id=decision["decision_id"])
    metrics = sorted({str(row["metric"]) for row in rules if row["metric"] is not None})
    signalling, short = [], []
    for metric in metrics:
        points = series_of(evidence.series, metric, **in_scope(decision))
        ends = points.index + pd.offsets.MonthEnd(0)
        points = points[ends <= pd.Timestamp(as_of)]
        values = comparable(points, len(points) - policy.recent_points, policy)
        values = values[-policy.chart_baseline_points - policy.recent_points :]
        n_baseline = len(values) - policy.recent_points
        if len(values) < policy.chart_least_points:
            short.append(f"{metric} has {len(values)} months")
        elif np.any(
            signals(values, n_baseline, policy) | runs(values, n_baseline, policy)
        ):
            signalling.append(f"{metric} signals in its last {policy.recent_points}")
    n_charted = len(metrics) - len(short)
    if signalling and len(signalling) / n_charted > policy.largest_unstable_rate:
        return Finding(FAILED, tuple(signalling))
    is_open = signalling or short
    return Finding(CONDITION if is_open else PASSED, (*signalling, *short))


def _is_consistent(
    decision: Row, evidence: Evidence, policy: Policy, as_of: dt.date
) -> Finding:
    scores = rows_of(evidence.scores, decision_id=decision["decision_id"])
    if not scores:
        return Finding(FAILED, ("no option has a value",))
    wanted = {"as_of": as_of, "horizon_months": decision["horizon_months"]}
    wrong = []
    for name in COMMON:
        found = {str(row[name]) for row in scores}
        if len(found) > 1:
            told = ", ".join(f"{row['option_id']} {row[name]}" for row in scores)
            wrong.append(f"{name}: {told}")
        elif name in wanted and found != {str(wanted[name])}:
            wrong.append(f"{name}: {found.pop()}, not {wanted[name]}")
    return Finding(FAILED if wrong else PASSED, tuple(wrong))


def _do_books_tie(
    decision: Row, evidence: Evidence, policy: Policy, as_of: dt.date
) -> Finding:
    if evidence.books is None or evidence.books.empty:
        return Finding(CONDITION, ("the books were not checked",))
    told: dict[object, list[str]] = {True: [], False: [], None: []}
    for row in rows_of(evidence.books):
        told[row["is_passed"]].append(f"{row['check_name']}: {row['detail']}")
    if told[False]:
        return Finding(FAILED, tuple(told[False]))
    return Finding(CONDITION if told[None] else PASSED, tuple(told[None]))


CHECKS: dict[object, Check] = {
    "no_owner": _has_owner,
    "no_evidence": _has_evidence,
    "no_choice": _has_choice,
    "unstable_context": _is_stable,
    "inconsistent_assumptions": _is_consistent,
    "books_open": _do_books_tie,
}


def books(summary: pd.DataFrame) -> pd.DataFrame:
    """The reconciliations as checks: what differs in the last month fails.

    A month before that differed is told in the detail: it was closed as it is. What
    refused rows may change is not passed: with them it might differ.
    """
    passed = {"agrees": True, "differs": False}
    return pd.DataFrame(
        {
            "check_name": summary["reconciliation"],
            "is_passed": [
                passed.get(state) if is_certain else False
                for state, is_certain in zip(
                    summary["state"], summary["is_certain"], strict=True
                )
            ],
            "detail": summary["detail"],
        },
        dtype=object,
    )


def stamped(
    scores: pd.DataFrame,
    assumptions: pd.DataFrame,
    as_of: dt.date,
    policy_version: str,
    currency: str,
) -> pd.DataFrame:
    """Option scores with what they were valued under."""
    horizons = assumptions[assumptions["parameter"] == "horizon_months"]
    table = scores.merge(
        horizons[["scope_type", "scope_value", "estimate"]],
        on=["scope_type", "scope_value"],
        how="left",
    )
    months = pd.to_numeric(table.pop("estimate")).round().astype("Int64")
    return table.assign(
        as_of=as_of,
        policy_version=policy_version,
        currency=currency,
        horizon_months=months,
    )
