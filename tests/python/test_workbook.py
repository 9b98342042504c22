"""The workbook shows what it computes, reads 0 where it must, and is the same twice."""

import datetime as dt
import io
import shutil
import subprocess
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import formulas
import openpyxl
import pandas as pd
import pytest

from orchestration import report
from reports.workbook import workbook
from tests.python.compiled_build import Node, build, run_settings
from tests.python.golden_cases import raw_of

CENT = Decimal("0.01")
NET = "net_revenue_retention_12m"

Frames = dict[str, pd.DataFrame]
Cells = dict[tuple[str, str], Any]


def cells(content: bytes, cached: bool) -> Cells:
    """What each cell holds: its formula, or what is cached for it."""
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=cached)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def of_formulas(content: bytes) -> Cells:
    """What is cached for each cell that holds a formula."""
    cached = cells(content, cached=True)
    return {
        place: cached[place]
        for place, value in cells(content, cached=False).items()
        if isinstance(value, str) and value.startswith("=")
    }


def recalculated(content: bytes, folder: Path) -> Cells:
    """The cells as another program computes them, from the formulas alone."""
    path = folder / "book.xlsx"
    openpyxl.load_workbook(io.BytesIO(content)).save(path)
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office:
        out = folder / "recalculated"
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        convert = ("--headless", "--convert-to", "xlsx", "--outdir", str(out))
        subprocess.run(
            [office, profile, *convert, str(path)],
            check=True,
            capture_output=True,
            timeout=120,
        )
        return cells((out / path.name).read_bytes(), cached=True)
    solution = formulas.ExcelModel().loads(str(path)).finish().calculate()
    return {
        place: solution[f"'[{path.name}]{place[0].upper()}'!{place[1]}"].value[0, 0]
        for place in of_formulas(content)
    }


def assert_cached_is_recalculated(content: bytes, folder: Path) -> int:
    """Raises where a cached value is not what its formula gives; how many there are."""
    cached, computed = of_formulas(content), recalculated(content, folder)
    differing = {
        place: (value, computed.get(place))
        for place, value in cached.items()
        if value != computed.get(place)
    }
    assert differing == {}
    return len(cached)


def checks(content: bytes) -> dict[str, float]:
    """The differences of the sheet Checks by what they compare; the last is the sum."""
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    rows = list(book["Checks"].iter_rows(min_row=4, values_only=True))
    return {str(label): value for label, value in rows}


def texts(content: bytes) -> str:
    return "\n".join(map(str, cells(content, cached=True).values()))


@pytest.fixture(scope="module")
def may(demo: duckdb.DuckDBPyConnection) -> tuple[report.Month, Frames]:
    """The demo company in May 2026, a month before its last."""
    month = report.read_month(demo, "2026-05")
    return month, report.read_frames(demo, month)


def with_a_cent_more(frames: Frames, mart: str, column: str) -> Frames:
    """The frames with one amount of the company changed."""
    changed = frames[mart].sort_values("month_start").reset_index(drop=True)
    chosen = changed
    for name, value in (("scope_type", "company"), ("metric_id", NET)):
        if name in chosen:
            chosen = chosen[chosen[name] == value]
    changed.loc[chosen.index[-1], column] += CENT
    return frames | {mart: changed}


def test_every_formula_gives_what_is_cached_and_checks_read_0(
    may: tuple[report.Month, Frames], tmp_path: Path
) -> None:
    month, frames = may
    content = workbook(month, frames)
    assert assert_cached_is_recalculated(content, tmp_path) > 1000
    assert set(checks(content).values()) == {0}
    net = frames["retention_months"].query(
        f"scope_type == 'company' and metric_id == '{NET}'"
    )
    shown = cells(content, cached=True).values()
    assert float(net["value"].iloc[0]) in shown
    assert float(net["numerator"].iloc[0]) in shown


def test_the_same_rows_in_any_order_give_the_same_bytes(
    may: tuple[report.Month, Frames],
) -> None:
    month, frames = may
    content = workbook(month, frames)
    turned = {mart: frame.iloc[::-1] for mart, frame in frames.items()}
    assert workbook(month, turned) == content
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert {part.date_time[0] for part in parts.infolist()} == {1980}


@pytest.mark.parametrize(
    ("mart", "column"),
    [
        ("arr_bridge_months", "closing_arr"),
        ("arr_bridge_accounts", "closing_arr"),
        ("retention_months", "numerator"),
        ("retention_months", "denominator"),
        ("retention_accounts", "opening_arr"),
        ("retention_bridge", "numerator_delta"),
        ("expansion_drivers", "arr_delta"),
    ],
)
def test_a_cent_changed_in_the_data_shows(
    mart: str, column: str, may: tuple[report.Month, Frames]
) -> None:
    month, frames = may
    found = checks(workbook(month, with_a_cent_more(frames, mart, column)))
    assert found["All differences, whatever their sign"] >= 0.01


def test_a_difference_is_computed_and_not_only_cached(
    finance_nodes: list[Node], tmp_path: Path
) -> None:
    raw = raw_of("eur_accounts_over_a_plan_rate_change", tmp_path / "raw")
    conn = build(finance_nodes, run_settings(raw, dt.date(2025, 6, 30)))
    month = report.read_month(conn, "")
    frames = report.read_frames(conn, month)
    for mart, column in (
        ("arr_bridge_months", "new_arr"),
        ("arr_bridge_accounts", "closing_arr"),
        ("retention_months", "numerator"),
        ("retention_accounts", "opening_arr"),
        ("expansion_drivers", "arr_delta"),
    ):
        frames = with_a_cent_more(frames, mart, column)
    content = workbook(month, frames)
    differing = [value for value in checks(content).values() if value]
    assert len(differing) > 6
    assert_cached_is_recalculated(content, tmp_path)


def front(content: bytes) -> dict[str, Any]:
    """The lines of the front page by their label."""
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    return dict(book["NRR bridge"].iter_rows(max_col=2, values_only=True))


def test_a_closed_month_shows_what_was_reported_beside_what_is(
    may: tuple[report.Month, Frames], tmp_path: Path
) -> None:
    month, frames = may
    now = frames["retention_months"].query(
        f"scope_type == 'company' and metric_id == '{NET}'"
    )
    closes = pd.DataFrame(
        {
            "snapshot_id": ["2026-05-abc"],
            "closed_on": [dt.date(2026, 6, 5)],
            "closed_by": ["R. Cotterane"],
        }
    )
    reported = pd.DataFrame(
        {
            "snapshot_id": ["2026-05-abc"],
            "metric_id": [NET],
            "reported_numerator": [now["numerator"].iloc[0] + 100],
            "reported_denominator": [now["denominator"].iloc[0]],
            "reported_value": [Decimal("1.1")],
            "reported_policy_version": ["2026.01"],
        }
    )
    closed = {"period_closes": closes, "retention_restatements": reported}
    content = workbook(month, frames | closed)
    lines = front(content)
    assert lines["Snapshot"] == "2026-05-abc"
    assert lines["Closed on"].date() == dt.date(2026, 6, 5)
    assert lines["Closed by"] == "R. Cotterane"
    numerator, denominator, value = (
        float(now[name].iloc[0]) for name in ("numerator", "denominator", "value")
    )
    found = [
        [lines[f"{name}, {what}"] for what in ("as reported", "restated now")]
        for name in ("Numerator", "Denominator", "Net revenue retention")
    ]
    then = round((numerator + 100) / denominator, 6)
    assert found == [
        [pytest.approx(numerator + 100), numerator],
        [denominator, denominator],
        [pytest.approx(then), value],
    ]
    assert lines["Numerator, difference"] == -100
    assert lines["Denominator, difference"] == 0
    apart = lines["Net revenue retention, difference"]
    assert apart == pytest.approx(value - then) and apart < 0
    assert_cached_is_recalculated(content, tmp_path)


def test_a_month_that_is_open_says_that_nothing_is_reported(
    may: tuple[report.Month, Frames],
) -> None:
    month, frames = may
    none = {"period_closes": pd.DataFrame(), "retention_restatements": pd.DataFrame()}
    found = texts(workbook(month, frames | none))
    assert "The month is not closed, nothing is reported." in found


def test_the_reconciliations_are_those_of_the_month(
    may: tuple[report.Month, Frames],
) -> None:
    month, frames = may
    rows = frames["reconciliation_months"]
    assert set(rows["month_start"].map(lambda day: f"{day:%Y-%m}")) == {"2026-05"}
    shown = cells(workbook(month, frames), cached=True)
    names = {value for (sheet, _), value in shown.items() if sheet == "Reconciliations"}
    assert names >= set(rows["reconciliation"])


def test_a_month_without_retention_says_so(
    demo: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    month = report.read_month(demo, "2023-01")
    content = workbook(month, report.read_frames(demo, month))
    assert "No account had ARR in January 2022: there is no retention." in texts(
        content
    )
    assert set(checks(content).values()) == {0}
    assert_cached_is_recalculated(content, tmp_path)


def test_a_company_without_arr_has_a_workbook_too(
    finance_nodes: list[Node], tmp_path: Path
) -> None:
    raw = raw_of("annual_price", tmp_path / "raw")
    items = raw / "billing__subscription_items.csv"
    items.write_text(items.read_text(encoding="utf-8").splitlines()[0] + "\n")
    conn = build(finance_nodes, run_settings(raw, dt.date(2026, 3, 31)))
    month = report.read_month(conn, "")
    content = workbook(month, report.read_frames(conn, month))
    assert "there is no retention" in texts(content)
    assert "There are none." in texts(content)
    assert_cached_is_recalculated(content, tmp_path)


def test_a_month_that_is_not_in_the_books_is_named(
    demo: duckdb.DuckDBPyConnection,
) -> None:
    with pytest.raises(report.ReportError, match=r"no month 2031-01: expected .* 2026"):
        report.read_month(demo, "2031-01")


def test_without_a_warehouse_one_sentence_says_what_to_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("EXPANSION_WAREHOUSE", str(tmp_path / "none.duckdb"))
    monkeypatch.setattr("sys.argv", ["report"])
    assert report.main() == 1
    duckdb.connect(str(tmp_path / "none.duckdb")).close()
    assert report.main() == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith("run make build.") and second.endswith("run make build.")
