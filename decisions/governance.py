"""The policy that readiness, triggers and reviews go by, and how frames are read."""

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

Row = dict[Hashable, Any]


@dataclass(frozen=True)
class Policy:
    """The limits of the seed governance_policy, which explains each."""

    least_evidence_score: float
    evidence_share_rate: float
    largest_unstable_rate: float
    recent_points: int
    chart_least_points: int
    chart_baseline_points: int
    chart_limit_factor: float
    chart_run_points: int
    chart_near_points: int
    chart_near_rate: float
    cusum_usual_slack: float
    cusum_limit: float
    watch_headroom_rate: float
    watch_days: int
    least_covered_rate: float
    largest_brier: float
    chart_season_least_points: int
    chart_season_chance: float
    pilot_power: float
    pilot_bound: float


def policy(table: pd.DataFrame) -> Policy:
    """The one row of stg_policy__governance_policy."""
    row = table.iloc[0]
    return Policy(
        **{field.name: field.type(row[field.name]) for field in fields(Policy)}
    )


def rows_of(table: pd.DataFrame, **values: object) -> list[Row]:
    """The rows with these values, as dicts in which what is missing is None."""
    for name, value in values.items():
        table = table[table[name] == value]
    names = [str(name) for name in table]
    columns = [_values(column) for _, column in table.items()]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _values(column: pd.Series) -> list[object]:
    pairs = zip(column.tolist(), column.isna().tolist(), strict=True)
    return [None if is_missing else value for value, is_missing in pairs]


def in_scope(decision: Row) -> dict[str, object]:
    """What picks the rows of a decision's scope."""
    return {name: decision[name] for name in ("scope_type", "scope_value")}


def is_here(users: pd.DataFrame, user_id: object, as_of: dt.date) -> bool:
    """Whether a person is known, had begun and had not left by the date."""
    return any(
        row["started_on"] <= as_of
        and (row["ended_on"] is None or row["ended_on"] > as_of)
        for row in rows_of(users, user_id=user_id)
    )


def numbers(values: pd.Series) -> pd.Series:
    """Decimals and missing values as floats."""
    return pd.to_numeric(values, errors="coerce").astype(float)


def at_stake(information: list[Row], tornado: list[Row]) -> dict[str, float]:
    """By parameter, what knowing it is worth.

    Where nothing is worth knowing, by how far it moves the answer: an answer that no
    draw turns still rests on something.
    """
    worth = {str(row["parameter"]): float(row["evppi"]) for row in information}
    if sum(worth.values()) > 0:
        return worth
    return {str(row["parameter"]): float(row["swing"]) for row in tornado}


def carrying(weights: dict[str, float], share: float) -> list[str]:
    """The fewest parameters that carry this share of the weights together."""
    wanted, names = share * sum(weights.values()), []
    for name in sorted(weights, key=lambda name: (-weights[name], name)):
        if wanted <= 0:
            break
        names.append(name)
        wanted -= weights[name]
    return names
