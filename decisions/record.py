"""The record of a decision: rows in, one page out, and no word of the past changed.

Everything a record says stands in its inputs, which it keeps. Rendered from them again
it gives the same bytes; a new version is added only when the conclusion is another one.
"""

import datetime as dt
import decimal
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from decisions.governance import Row, at_stake, carrying, in_scope, rows_of
from decisions.record_text import FIELDS, page

TEMPLATES = Path(__file__).with_name("templates")
# A record is rendered again by the templates it was written with: a new wording is a
# new folder.
RENDERER = "v1"
NOT_READY = "not_ready"
FIRST = "first record"
RECORD = [
    *("decision_id", "version", "as_of", "verdict", "recommended_option"),
    *("what_changed", *FIELDS, "facts", "assumptions", "open_questions"),
    *("what_would_change_our_mind", "stop_conditions", "escalation"),
    *("content_hash", "renderer", "inputs", "markdown", "html"),
]


@dataclass(frozen=True)
class Sources:
    """The tables a record is written from, as the warehouse has them.

    `baselines` and `benchmarks` have their grade. `balances` are closing_arr by scope
    and month; `stamps` what definitions, hierarchy and policy are, by name;
    `evidence_share` how much of what is at stake the critical parameters carry.
    """

    options: pd.DataFrame
    criteria: pd.DataFrame
    checks: pd.DataFrame
    assumptions: pd.DataFrame
    thresholds: pd.DataFrame
    tornado: pd.DataFrame
    simulation: pd.DataFrame
    information: pd.DataFrame
    scores: pd.DataFrame
    rules: pd.DataFrame
    reviews: pd.DataFrame
    definitions: pd.DataFrame
    baselines: pd.DataFrame
    benchmarks: pd.DataFrame
    users: pd.DataFrame
    balances: pd.DataFrame
    stamps: dict[str, str]
    currency: str
    evidence_share: float


def records(
    decisions: pd.DataFrame, sources: Sources, as_of: dt.date, previous: pd.DataFrame
) -> pd.DataFrame:
    """The versions to add: one for each decision whose conclusion is another one.

    A run that speaks of an earlier date than the last version adds nothing to it.
    """
    rows = []
    for decision in rows_of(decisions):
        if decision["asked_on"] > as_of:
            continue
        inputs = inputs_of(decision, sources, as_of)
        past = rows_of(previous, decision_id=decision["decision_id"])
        last = max(past, key=lambda row: row["version"]) if past else None
        if last and last["as_of"] > as_of:
            continue
        changes = what_changed(json.loads(last["inputs"]), inputs) if last else []
        if last and not changes:
            continue
        version = int(last["version"]) + 1 if last else 1
        told = "; ".join(changes) or FIRST
        rows.append(rendered(canonical(inputs), version, told, RENDERER))
    return pd.DataFrame(rows, columns=RECORD)


def rendered(inputs: str, version: int, changes: str, renderer: str) -> Row:
    """A record from its inputs and nothing else."""
    known = json.loads(inputs)
    content = page(known, version, changes)
    hashed = hashlib.sha256(inputs.encode()).hexdigest()
    context = content | {"content_hash": hashed}
    fields = {
        name: "\n".join(lines) or None for name, lines in content["columns"].items()
    }
    return fields | {
        "decision_id": known["decision"]["decision_id"],
        "version": version,
        "as_of": dt.date.fromisoformat(known["as_of"]),
        "verdict": known["verdict"],
        "recommended_option": known["recommended_option"],
        "what_changed": changes,
        "content_hash": hashed,
        "renderer": renderer,
        "inputs": inputs,
        "markdown": _template(renderer, "md").render(context),
        "html": _template(renderer, "html").render(context),
    }


def altered(past: pd.DataFrame) -> list[str]:
    """The versions that are not what their inputs give: none, unless tampered with."""
    found = []
    for row in rows_of(past):
        again = rendered(
            row["inputs"], row["version"], row["what_changed"], row["renderer"]
        )
        if any(row[name] != again[name] for name in RECORD):
            found.append(f"{row['decision_id']} version {row['version']}")
    return found


def inputs_of(decision: Row, sources: Sources, as_of: dt.date) -> dict[str, Any]:
    """All that the record of a decision says, and what its triggers compare with."""
    scope = in_scope(decision)
    asked = {"decision_id": decision["decision_id"]}
    checks = rows_of(sources.checks, **asked)
    verdict = str(checks[0]["verdict"]) if checks else NOT_READY
    scores = rows_of(sources.scores, **asked)
    best = min(scores, key=lambda row: row["rank"])["option_id"] if scores else None
    metrics = str(decision["success_metrics"]).split()
    benchmarks = rows_of(sources.benchmarks)
    known_metrics = {*metrics, *(row["compared_with"] for row in benchmarks)}
    options = rows_of(sources.options, **asked)
    people = {decision["owner_user_id"], decision["escalation_user_id"]}
    people |= {row["approver_user_id"] for row in options}
    weights = at_stake(
        rows_of(sources.information, **scope), rows_of(sources.tornado, **scope)
    )
    names = dict(zip(sources.users["user_id"], sources.users["user_name"], strict=True))
    return _plain(
        {
            "as_of": as_of,
            "decision": decision,
            "verdict": verdict,
            "recommended_option": None if verdict == NOT_READY else best,
            "options": options,
            "criteria": rows_of(sources.criteria),
            "checks": checks,
            "assumptions": rows_of(sources.assumptions, **scope),
            "thresholds": rows_of(sources.thresholds, **scope),
            "tornado": rows_of(sources.tornado, **scope),
            "simulation": rows_of(sources.simulation, **scope),
            "information": rows_of(sources.information, **scope),
            "scores": scores,
            "rules": rows_of(sources.rules, **asked),
            "reviews": rows_of(sources.reviews, **asked),
            "definitions": [
                row
                for row in rows_of(sources.definitions)
                if row["metric_id"] in metrics
            ],
            "baselines": [
                row
                for row in rows_of(sources.baselines, **scope)
                if row["metric_id"] in known_metrics
            ],
            "benchmarks": benchmarks,
            "critical": {
                name: place
                for place, name in enumerate(
                    carrying(weights, sources.evidence_share), start=1
                )
            },
            "people": {name: names.get(name) for name in people if name},
            "balances": {
                row["month_start"].isoformat(): row["closing_arr"]
                for row in rows_of(sources.balances, **scope)
            },
            "stamps": sources.stamps,
            "currency": sources.currency,
        }
    )


def what_changed(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What makes the conclusion another one, each in a few words; nothing else does.

    New estimates that lead to the same answer are no change: triggers watch those.
    """
    changes = [
        f"{name.replace('_', ' ')}: {then[name] or 'none'} -> {now[name] or 'none'}"
        for name in ("verdict", "recommended_option")
        if then[name] != now[name]
    ]
    changes += [
        f"{name.replace('_', ' ')}: {then['decision'].get(name)} -> {value}"
        for name, value in now["decision"].items()
        if then["decision"].get(name) != value
    ]
    changes += [
        f"{name} changed" for name in ("options", "criteria") if then[name] != now[name]
    ]
    failed_then, failed_now = (
        {row["check_name"] for row in inputs["checks"] if row["state"] == "failed"}
        for inputs in (then, now)
    )
    changes += [f"failed: {name}" for name in sorted(failed_now - failed_then)]
    changes += [f"mended: {name}" for name in sorted(failed_then - failed_now)]
    changes += [
        f"{name} changed"
        for name in sorted({*then["stamps"], *now["stamps"]})
        if then["stamps"].get(name) != now["stamps"].get(name)
    ]
    materiality = float(now["decision"]["materiality"])
    changes += [
        f"ARR of {month[:7]} restated: {value:,.2f} -> {now['balances'][month]:,.2f}"
        for month, value in then["balances"].items()
        if abs(now["balances"].get(month, value) - value) >= materiality
    ]
    return changes


def stamps(
    policy_version: str, definitions: pd.DataFrame, hierarchy: pd.DataFrame
) -> dict[str, str]:
    """What numbers mean and how accounts hang together, each as one hash.

    Of the hierarchy only accounts that belong to another one count: a new customer by
    itself is no change of it.
    """
    belongs = hierarchy["account_id"] != hierarchy["ultimate_account_id"]
    return {
        "policy": policy_version,
        "definitions": _hash(rows_of(definitions)),
        "hierarchy": _hash(rows_of(hierarchy[belongs])),
    }


def canonical(value: object) -> str:
    """One text for equal values: keys sorted, nothing but plain JSON."""
    return json.dumps(
        value,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )


def _hash(rows: Iterable[Row]) -> str:
    lines = sorted(canonical(_plain(row)) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    """A value as JSON knows it; rows in their own order, numbers to a millionth."""
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return sorted((_plain(item) for item in value), key=canonical)
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating | decimal.Decimal):
        number = round(float(value), 6)
        return number if np.isfinite(number) else None
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if value is None else str(value)


@cache
def _template(renderer: str, ending: str) -> Any:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / renderer),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(f"decision_record.{ending}.j2")
