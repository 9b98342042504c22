"""What is said of a month is what could be said at its end: nothing later is used."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from decisions.propensity import (
    BASELINE,
    LOGISTIC,
    known_cases,
    last_month,
    rules,
    scored,
)
from orchestration.settings import DEMO_RAW
from orchestration.warehouse import frame
from tests.python.compiled_build import Node, build, leading_to, run_settings

AS_OF = dt.date(2025, 9, 30)
MONTH = AS_OF.replace(day=1)

# The day a row is known from. Head-counts, tickets and the rest are dated by what
# happened; a plan rate and a contracted step by when they were set down, not by when
# they begin.
KNOWN_FROM = {
    "billing__product_migrations": "effective_on",
    "billing__contract_migrations": "effective_on",
    "billing__subscriptions": "started_on",
    "billing__subscription_statuses": "valid_from",
    "billing__discounts": "valid_from",
    "billing__invoice_lines": "issued_on",
    "product__entitlements": "valid_from",
    "product__usage_daily": "usage_date",
    "crm__account_headcounts": "observed_on",
    "crm__accounts": "created_on",
    "crm__activities": "occurred_on",
    "crm__opportunities": "created_on",
    "crm__account_plans": "starts_on",
    "crm__play_runs": "surfaced_on",
    "crm__compensation_plans": "valid_from",
    "support__tickets": "opened_on",
    "support__surveys": "responded_on",
    "finance__gtm_costs": "month_start",
    "finance__gl_revenue": "month_start",
    "finance__arr_adjustments": "valid_from",
    "finance__reported_metrics": "month_start",
    "finance__period_closes": "closed_on",
}
# What a row of before came to say only later.
LEARNT_LATER = {
    "billing__subscriptions": ["ends_on", "cancelled_on"],
    "billing__subscription_statuses": ["valid_to"],
    "product__entitlements": ["valid_to"],
    "crm__contacts": ["left_on"],
    "crm__account_plans": ["reviewed_on"],
    "crm__play_runs": ["actioned_on", "closed_on"],
    "support__tickets": ["solved_on"],
}
# Marts of a month, and the columns that speak of what came after it or of today.
MARTS: dict[str, set[str]] = {
    "adoption_product_months": set(),
    "adoption_account_months": set(),
    "feature_adoption_months": set(),
    "limit_utilisation_months": set(),
    "account_health_months": set(),
    "account_health_drivers": set(),
    "executive_alignment": {"closing_arr", "aligned_arr"},
    "account_signals": set(),
    "account_signal_flags": set(),
    "propensity_features": {"closing_arr", "is_mature", "is_expanded", "outcome_arr",
                            "is_last_month"},
}  # fmt: skip


def hide_later_rows(tables: dict[str, pd.DataFrame]) -> None:
    """Drops every row dated after the as-of date; an unreadable day is not."""
    last = AS_OF.isoformat()
    for table in KNOWN_FROM.keys() & tables.keys():
        rows, column = tables[table], KNOWN_FROM[table]
        dated = pd.to_datetime(rows[column], format="%Y-%m-%d", errors="coerce")
        tables[table] = rows[~(dated > pd.Timestamp(AS_OF))]
    started = set(tables["billing__subscriptions"]["subscription_id"])
    items = tables["billing__subscription_items"]
    is_step = items["is_contracted_step"] == "true"
    is_known = (items["valid_from"] <= last) | is_step
    tables["billing__subscription_items"] = items[
        is_known & items["subscription_id"].isin(started)
    ]


def unlearn(tables: dict[str, pd.DataFrame]) -> None:
    """Drops the rows, and from those of before what was learnt of them only later."""
    hide_later_rows(tables)
    for table, columns in LEARNT_LATER.items():
        rows = tables[table].copy()
        for column in columns:
            rows[column] = rows[column].where(rows[column] <= AS_OF.isoformat())
        if table == "support__tickets":
            rows["csat"] = rows["csat"].where(rows["solved_on"].notna())
        if table == "crm__contacts":
            rows["is_active"] = rows["is_active"].where(rows["left_on"].notna(), "true")
        tables[table] = rows


@pytest.fixture(scope="module")
def motion_nodes(nodes: list[Node]) -> list[Node]:
    return leading_to(nodes, MARTS)


@pytest.fixture(
    scope="module", params=[hide_later_rows, unlearn], ids=["hidden", "unlearnt"]
)
def before(
    request: pytest.FixtureRequest,
    motion_nodes: list[Node],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demo company as it could be built on the as-of date."""
    forget: Callable[[dict[str, pd.DataFrame]], None] = request.param
    tables = {path.stem: pd.read_csv(path, dtype=str)
              for path in Path(DEMO_RAW).glob("*.csv")}  # fmt: skip
    usage = pd.read_parquet(Path(DEMO_RAW) / "product__usage_daily.parquet")
    tables["product__usage_daily"] = usage.assign(
        usage_date=usage["usage_date"].astype(str)
    )
    forget(tables)
    raw: Path = tmp_path_factory.mktemp("raw")
    for table, rows in tables.items():
        if table == "product__usage_daily":
            rows.to_parquet(raw / f"{table}.parquet")
        else:
            rows.to_csv(raw / f"{table}.csv", index=False)
    conn = build(motion_nodes, run_settings(raw, AS_OF))
    yield conn
    conn.close()


def rows_of(
    conn: duckdb.DuckDBPyConnection, mart: str, without: set[str]
) -> set[tuple[Any, ...]]:
    left_out = f"exclude ({', '.join(sorted(without))})" if without else ""
    return set(
        conn.execute(
            f"select * {left_out} from marts.{mart} where month_start = ?", [MONTH]
        ).fetchall()
    )


@pytest.mark.parametrize("mart", MARTS)
def test_what_came_later_changes_nothing(
    mart: str, demo: duckdb.DuckDBPyConnection, before: duckdb.DuckDBPyConnection
) -> None:
    now = rows_of(demo, mart, MARTS[mart])
    then = rows_of(before, mart, MARTS[mart])
    assert then, f"{mart} says nothing of {MONTH}"
    assert sorted(map(str, now ^ then))[:6] == []


@pytest.mark.parametrize("method", [LOGISTIC, BASELINE])
def test_what_came_later_changes_no_score(
    method: str, demo: duckdb.DuckDBPyConnection, before: duckdb.DuckDBPyConnection
) -> None:
    policy = [
        frame(demo, f"staging.stg_policy__{name}_policy")
        for name in ("motion", "measurement")
    ]
    features = [frame(conn, "marts.propensity_features") for conn in (demo, before)]
    month = last_month(features[1])
    now, then = (
        scored(known_cases(rows), month, method, rules(*policy)) for rows in features
    )
    assert len(then) > 200
    pd.testing.assert_frame_equal(now, then)
