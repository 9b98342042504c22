"""MetricFlow and the marts are asked the same questions and give the same numbers."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.metrics import (
    MetricsError,
    MetricsLayer,
    Row,
    answer,
    described,
    rows_of,
    table,
)
from orchestration.settings import DEMO_AS_OF, DEMO_RAW
from tests.python.compiled_build import CATALOG, Node, run_settings

MONTH = "metric_time__month"
LAST_MONTH = dt.date(2026, 6, 1)
SCOPES = ["company", "segment", "country", "industry"]

# A metric, the mart that shows it and the column, or the metric_id of retention.
MOVEMENTS = ("new", "expansion", "reactivation", "contraction", "churn", "fx")
BRIDGE = {
    "arr": "closing_arr",
    "opening_arr": "opening_arr",
    **{f"{name}_arr": f"{name}_arr" for name in MOVEMENTS},
}
EXPANSION = [
    "expansion_rate",
    "expansion_arr_12m",
    "opening_arr_12m",
    "expansion_rate_12m",
]
RETENTION = {
    "net_revenue_retention_12m": ("cohort_closing_arr_12m", "cohort_opening_arr_12m"),
    "gross_revenue_retention_12m": ("cohort_kept_arr_12m", "cohort_opening_arr_12m"),
    "logo_retention_12m": ("n_kept_accounts_12m", "n_cohort_accounts_12m"),
}
ADOPTION = {
    "active_users": "sum(active_users)",
    "seat_utilisation_rate": "sum(seated_users) / nullif(sum(seats), 0)",
    "breadth_rate": "sum(n_features_adopted) / nullif(sum(n_features_entitled), 0)",
    "depth": "sum(core_events) / nullif(sum(active_users), 0)",
}


@pytest.fixture(scope="module")
def layer(nodes: list[Node], compiled_folder: Path) -> MetricsLayer:
    """The metrics as they are parsed with the project."""
    assert nodes
    return MetricsLayer(compiled_folder / "target" / "semantic_manifest.json")


def same(value: Any) -> Any:
    """Rates to the six decimals of the marts; money and counts as they are."""
    return round(Decimal(value), 6) if isinstance(value, float) else value


def asked(
    layer: MetricsLayer,
    conn: duckdb.DuckDBPyConnection,
    metrics: Iterable[str],
    scope_type: str,
) -> dict[tuple[str, dt.date], Row]:
    """The metrics by month and by the parts of a scope, as MetricFlow has them."""
    part = [] if scope_type == "company" else [f"account__{scope_type}"]
    rows = rows_of(conn, layer.query(list(metrics), [MONTH, *part]))
    return {
        (row[part[0]] if part else "all", row[MONTH]): {
            metric: same(row[metric]) for metric in metrics
        }
        for row in rows
    }


def shown(
    conn: duckdb.DuckDBPyConnection, query: str, scope_type: str
) -> dict[tuple[str, dt.date], Row]:
    """The same of a mart: its columns by scope_value and month."""
    rows = rows_of(conn, f"{query} where scope_type = '{scope_type}'")
    return {(row.pop("scope_value"), row.pop("month_start")): row for row in rows}


def assert_same(
    answers: dict[tuple[str, dt.date], Row], marts: dict[tuple[str, dt.date], Row]
) -> None:
    """Marts have a scope from the first month on, MetricFlow from its first account."""
    assert len(answers) >= 42
    assert answers.keys() <= marts.keys()
    for key, row in marts.items():
        if key in answers:
            assert answers[key] == row, key
        else:
            assert not any(row.values()), key


@pytest.mark.parametrize("scope_type", SCOPES)
def test_arr_and_its_movements_are_those_of_the_bridge(
    layer: MetricsLayer, demo: duckdb.DuckDBPyConnection, scope_type: str
) -> None:
    columns = ", ".join(f"{column} as {name}" for name, column in BRIDGE.items())
    query = f"select scope_value, month_start, {columns} from marts.arr_bridge_months"
    answers = asked(layer, demo, BRIDGE, scope_type)
    assert_same(answers, shown(demo, query, scope_type))


@pytest.mark.parametrize("scope_type", SCOPES)
def test_expansion_is_that_of_its_mart(
    layer: MetricsLayer, demo: duckdb.DuckDBPyConnection, scope_type: str
) -> None:
    columns = ", ".join(EXPANSION)
    query = f"select scope_value, month_start, {columns} from marts.expansion_months"
    answers = asked(layer, demo, EXPANSION, scope_type)
    assert_same(answers, shown(demo, query, scope_type))


@pytest.mark.parametrize("scope_type", SCOPES)
@pytest.mark.parametrize("metric", RETENTION)
def test_retention_is_that_of_its_mart(
    layer: MetricsLayer, demo: duckdb.DuckDBPyConnection, metric: str, scope_type: str
) -> None:
    names = [metric, *RETENTION[metric], "n_cohort_accounts_12m"]
    names.append("top_account_share_12m")
    cells = shown(
        demo,
        f"""
        select scope_value, month_start, value, numerator, denominator, n_accounts,
            top_account_share
        from (from marts.retention_months where metric_id = '{metric}')
        """,
        scope_type,
    )
    answers = asked(layer, demo, dict.fromkeys(names), scope_type)
    assert cells and cells.keys() <= answers.keys()
    for key, row in answers.items():
        cell = cells.get(key, {"value": None, "numerator": 0, "denominator": 0})
        value, numerator, denominator = (row[name] for name in names[:3])
        assert (value, numerator, denominator) == (
            cell["value"],
            cell["numerator"],
            cell["denominator"],
        ), key
        assert row["n_cohort_accounts_12m"] == cell.get("n_accounts", 0)
        assert row["top_account_share_12m"] == cell.get("top_account_share")


@pytest.mark.parametrize("scope_type", ["company", "segment"])
def test_adoption_is_that_of_its_mart(
    layer: MetricsLayer, demo: duckdb.DuckDBPyConnection, scope_type: str
) -> None:
    scope_value = "'all'" if scope_type == "company" else scope_type
    columns = ", ".join(f"{sql} as {name}" for name, sql in ADOPTION.items())
    marts = rows_of(
        demo,
        f"""
        select {scope_value} as scope_value, month_start, {columns}
        from marts.adoption_account_months
        inner join marts.accounts using (account_id)
        group by all
        """,
    )
    answers = asked(layer, demo, ADOPTION, scope_type)
    assert len(marts) == len(answers) >= 42
    for row in marts:
        key = (row.pop("scope_value"), row.pop("month_start"))
        assert answers[key] == {name: same(value) for name, value in row.items()}


def test_what_stands_is_that_of_the_last_month_and_flows_add_up(
    layer: MetricsLayer, demo: duckdb.DuckDBPyConnection
) -> None:
    metrics = ["arr", "net_revenue_retention_12m", "active_users", "opening_arr"]
    metrics += ["expansion_arr", "churn_arr"]
    months = asked(layer, demo, metrics, "company")
    quarter = [months["all", dt.date(2026, number, 1)] for number in (4, 5, 6)]
    [*_, row] = rows_of(demo, layer.query(metrics, ["metric_time__quarter"]))
    assert row["metric_time__quarter"] == dt.date(2026, 4, 1)
    for name in ("arr", "net_revenue_retention_12m", "active_users"):
        assert same(row[name]) == quarter[-1][name]
    assert row["opening_arr"] == quarter[0]["opening_arr"]
    for name in ("expansion_arr", "churn_arr"):
        assert row[name] == sum(month[name] for month in quarter)
    [now] = rows_of(demo, layer.query(metrics[:3]))
    assert now["arr"] == months["all", LAST_MONTH]["arr"]


def test_accounts_that_left_have_nothing_now(
    layer: MetricsLayer, own_demo: duckdb.DuckDBPyConnection
) -> None:
    # Without their later months the answer would be what they paid before they left.
    metrics = ["arr", "net_revenue_retention_12m", "active_users"]
    left = """
        update marts.accounts set country = 'Atlantis'
        where account_id in (
            select account_id from marts.arr_account_months
            group by account_id having max(month_start) < date '2025-06-01'
        )
    """
    assert own_demo.execute(left).fetchall()[0][0] > 5
    only = {"account__country": "Atlantis"}
    assert rows_of(own_demo, layer.query(metrics, only=only)) == [
        {"arr": 0, "net_revenue_retention_12m": None, "active_users": None}
    ]


def test_metrics_are_defined_once(
    layer: MetricsLayer, demo: duckdb.DuckDBPyConnection
) -> None:
    words = {
        row["metric_id"]: (row["metric_name"], row["definition"])
        for row in rows_of(demo, "select * from marts.metric_definitions")
    }
    parts = {
        part.name for metric in layer.metrics.values() for part in metric.input_metrics
    }
    for name, metric in layer.metrics.items():
        text = " ".join((metric.description or "").split())
        if name in words:
            assert (metric.label, text) == words[name]
        else:
            assert name in {*parts, "top_account_share_12m"} and metric.label and text


def test_time_ends_on_the_as_of_date(demo: duckdb.DuckDBPyConnection) -> None:
    query = "select max(calendar_on) as last_day from marts.days"
    assert rows_of(demo, query) == [{"last_day": DEMO_AS_OF}]


def test_a_file_is_asked_whatever_its_name(
    layer: MetricsLayer, demo: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    place = tmp_path / "copied.duckdb"
    demo.execute(f"attach '{place}' as copied")
    demo.execute("create schema copied.marts")
    for mart in ("account_months", "accounts", "days"):
        demo.execute(f"create table copied.marts.{mart} as from marts.{mart}")
    demo.execute("detach copied")
    run = replace(run_settings(DEMO_RAW, DEMO_AS_OF), warehouse=place)
    only = {"account__segment": "enterprise"}
    metrics = ["arr", "net_revenue_retention_12m", "n_cohort_accounts_12m"]
    rows = answer(run, layer, metrics, ["account__segment"], only)
    assert rows == rows_of(demo, layer.query(metrics, ["account__segment"], only))
    assert "3,262,996.35" in table(rows) and "1.106154" in table(rows)
    assert layer.database == CATALOG


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ((["revenue"], [], {}), "There is no revenue: expected arr, "),
        ((["arr"], ["segment"], {}), "There is no segment: expected metric_time__mon"),
        ((["arr"], [], {MONTH: "1"}), f"There is no {MONTH}: expected account__segm"),
        ((["arr"], [], {}), "There is no .*nowhere.duckdb: run make build."),
    ],
)
def test_a_question_without_an_answer_says_why(
    layer: MetricsLayer, tmp_path: Path, question: Any, message: str
) -> None:
    run = replace(
        run_settings(DEMO_RAW, DEMO_AS_OF), warehouse=tmp_path / "nowhere.duckdb"
    )
    with pytest.raises(MetricsError, match=message):
        answer(run, layer, *question)


def test_all_metrics_are_described(layer: MetricsLayer) -> None:
    text = described(layer)
    assert all(f"\n{name}" in f"\n{text}" for name in layer.metrics)
    assert text.endswith("account__segment, account__country, account__industry")
