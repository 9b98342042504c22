"""Boards only select, show the marts' own numbers, and ask nobody else for anything."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pytest
import yaml
from dbt_charts.core.compile.format_value import format_kpi_parts

from orchestration import boards
from orchestration.settings import PROJECT, settings
from reports.board_pages import BOARDS as NAMED
from reports.board_pages import Page, linked
from tests.python.board_queries import (
    BOARDS,
    functions,
    nodes_of,
    queries,
    read,
    tables,
)
from tests.python.browser import CHROMIUM, PATIENCE, Browser, opened

# What picks a row, orders rows, or writes a value out. Sums belong to marts.
PICKS = {"abs", "greatest", "least", "max", "min"}
WRITES = {"concat", "format", "quarter", "replace", "strftime", "year"}
Ask = Callable[[str], list[tuple[Any, ...]]]
NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}

exposures: dict[str, Any] = {
    exposure["name"]: exposure
    for exposure in yaml.safe_load((PROJECT / "models/exposures.yml").read_text())[
        "exposures"
    ]
}


@pytest.mark.parametrize("board", BOARDS, ids=lambda path: path.stem)
def test_a_board_only_selects_what_its_exposure_names(board: Path) -> None:
    exposure = exposures[f"{board.stem}_board"]
    named = {f"marts.{ref[5:-2]}" for ref in exposure["depends_on"]}
    named |= set(exposure.get("config", {}).get("meta", {}).get("reads", []))
    assert tables(board) == named
    assert {table.split(".")[0] for table in named} <= {"marts", "decisions"}
    assert functions(board) <= PICKS | WRITES
    assert exposure["label"] == read(board)["title"]


def test_every_board_has_its_exposure_and_its_place_in_the_bar() -> None:
    assert {f"{board.stem}_board" for board in BOARDS} == set(exposures)
    assert {board.stem for board in BOARDS} == set(NAMED)


def test_links_lead_to_files_and_what_is_not_drawn_has_none() -> None:
    one = Page("account", "account", "Alder & Sons (ACC-1)", "Alder & Sons")
    pages = [Page("executive", label="all"), Page("queue"), one]
    drawn = (
        '<body><a href="/account?account=Alder%20%26%20Sons+(ACC-1)"> '
        '<a href="/account?account=Birch"> <a href="?owner=Ann"> '
        '<a href="/queue"> <a href="#top">'
    )
    page = linked(drawn, pages[1], pages)
    body = page[page.index("</nav>") :]
    assert re.findall(r'<a(?: href="(.*?)")?>', body) == [
        *(one.file, "", "", "queue.html", "#top")
    ]
    assert (
        '<a href="index.html">Overview</a> <a class="here" href="queue.html">' in page
    )
    assert "Sons</a>" not in page and "Sons</a>" not in linked(drawn, one, pages)
    two = Page("account", "account", "../ACC 2", "Birch")
    assert re.fullmatch(r"account-ACC-2-\w{10}\.html", two.file)
    assert "Alder &amp; Sons</a> <a" in linked(drawn, one, [*pages, two])


# Each pair was one file, or no file's name, of some file system.
NAMES = [
    *("enterprise", "mid_market", "中型", "大企業", "A B", "A-B", "A/B", "a b", "acme"),
    *("Acme", "ACME", "", "-", ".", "..", "../x", "x" * 300, "x" * 301, "é", "e\u0301"),
    *("con", "\ud800", "a\nb", "a\tb", 'a"b', "index", "İ", "i"),
]


def test_no_two_pages_are_one_file() -> None:
    pages = [Page("executive", "segment", name) for name in NAMES]
    pages += [Page("executive"), *(Page(board) for board in NAMED)]
    files = {page.file.casefold() for page in pages}
    assert len(files) == len(NAMES) + len(NAMED)
    for page in pages:
        assert re.fullmatch(r"[A-Za-z0-9_-]+\.html", page.file)
        assert len(page.file.encode()) <= 100
    assert Page("executive", "segment", "mid_market").file == (
        "executive-mid_market.html"
    )


def test_a_figure_or_cell_shows_a_ratio_of_any_size() -> None:
    """A young company grows tenfold: the library takes 10 as `.1%` for a mistake."""
    specs = {
        node["format"]
        for board in BOARDS
        for chart in read(board)["charts"].values()
        if chart["type"] in ("kpi", "table")
        for node in nodes_of(chart)
        if str(node.get("format")).endswith("%")
    }
    signed = {spec for spec in specs if spec.startswith("+.")}
    assert specs - signed and signed
    for spec in specs:
        sign = "+" if spec in signed else ""
        number = "".join(format_kpi_parts(20.5, spec))
        assert re.fullmatch(rf"{re.escape(sign)}2050(\.0+)?%", number), spec


@pytest.fixture(scope="module")
def ask(built: Path) -> Ask:
    """What the snapshot answers to a query."""
    place = built / "published" / "current" / "expansion.duckdb"

    def answer(query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(place), read_only=True) as conn:
            return conn.execute(query).fetchall()

    return answer


@pytest.fixture(scope="module")
def reports(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where pages of the build go; its settings are in force."""
    folder: Path = tmp_path_factory.mktemp("reports")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPANSION_WAREHOUSE", str(built / "warehouse.duckdb"))
        patch.setenv("EXPANSION_REPORTS", str(folder))
        yield folder


@pytest.fixture(scope="module")
def drawn(reports: Path) -> dict[str, str]:
    """One page of each board, as make report writes it, by file."""
    found = boards.pages_of(boards.snapshot(settings()))
    first = {page.board: page for page in reversed(found)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boards, "pages_of", lambda _: list(first.values()))
        index = boards.write(settings())
    assert index.name == "index.html"
    return {path.name: path.read_text() for path in reports.glob("*.html")}


def painted(page: str, chart: str) -> str:
    """All text of a chart, as it stands on the page."""
    begin = page.index(">", page.index(f'id="chart-{chart}"')) + 1
    end = page.find('id="chart-', begin)
    return re.sub(r"<[^>]*>", "", page[begin:end])


def test_pages_stand_alone(drawn: dict[str, str]) -> None:
    assert len(drawn) == len(BOARDS)
    for name, page in drawn.items():
        assert set(re.findall(r"https?://[^\"'\s<>)\\]+", page)) <= NAMESPACES, name
        assert not re.search(r'(src|href)="[^"#d][^"]*/', page), name
        assert "ERR-" not in page, name


def test_pages_show_the_figures_of_the_marts(drawn: dict[str, str], ask: Ask) -> None:
    overview = drawn["index.html"]
    bridge = queries(PROJECT / "charts/executive.yml")["months"]
    [(month, arr, _, expansion, rate)] = ask(bridge)
    assert f"{arr:,.0f}" in painted(overview, "arr")
    assert month in painted(overview, "arr")
    assert f"{expansion:,.0f}" in painted(overview, "expansion")
    assert f"{rate:.1%}" in painted(overview, "expansion")
    of_company = "from marts.{} where scope_type = 'company' {} order by month_start"
    for chart, metric in (("nrr", "net_revenue"), ("grr", "gross_revenue")):
        of_metric = f"and metric_id = '{metric}_retention_12m'"
        rates = ask(f"select value {of_company.format('retention_months', of_metric)}")
        assert f"{rates[-1][0]:.1%}" in painted(overview, chart)
    months = ask(f"select closing_arr {of_company.format('arr_bridge_months', '')}")
    closing = months[-1][0]
    assert f"{closing:,.2f}" in painted(drawn["finance.html"], "closing")
    ready = ask("from marts.expansion_queue where priority is not null")
    assert painted(drawn["queue.html"], "ready").strip().startswith(f"{len(ready)}")
    flips = drawn[Page("decision", "decision_id", "DEC-01").file]
    cells = ask("from decisions.scenario_grid where scope_type = 'company'")
    drawing = flips[flips.index('id="chart-flip_map"') :]
    assert drawing.count("fill-opacity=") >= len(cells)
    assert "flip line" in drawing


def test_every_query_of_every_board_finds_something(ask: Ask) -> None:
    empty = {
        f"{board.stem}.{name}"
        for board in BOARDS
        for name, query in queries(board).items()
        if not ask(query)
    }
    # Nothing has moved since the demo's books were closed; all its decisions are asked.
    assert empty <= {"finance.restatements", "decision.not_asked"}


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The address of the boards while they are served."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.boards", "serve", "--port", str(port)],
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        for _ in range(10 * PATIENCE):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(address, timeout=PATIENCE).close()
                break
            assert process.poll() is None
            time.sleep(0.1)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=PATIENCE)


def answered(address: str, path: str, **headers: str) -> tuple[int, str]:
    """What the server says to a request with such headers."""
    request = urllib.request.Request(address + path, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_only_this_machine_is_served_under_its_own_name(reports: Path) -> None:
    with served() as address:
        port = urlsplit(address).port
        status, page = answered(address, "/executive/")
        assert status == 200 and len(page) > 5000
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example"):
            status, refusal = answered(address, "/executive/", Host=host)
            assert status == 400 and len(refusal) < 100, host
        assert answered(address, "/executive/", Host=f"localhost:{port}")[0] == 200
        for origin in ("http://evil.example", "null", "http://["):
            assert answered(address, "/executive/", Origin=origin)[0] == 403
        assert answered(address, "/executive/", Origin=address)[0] == 200
        for path in ("/health", "/health/"):
            assert answered(address, path) == (200, '{"status":"ok"}')


@pytest.mark.skipif(not CHROMIUM, reason="needs Debian's chromium: apt-get install it")
def test_in_a_browser_boards_open_filter_and_lead_on(
    tmp_path: Path, reports: Path, ask: Ask
) -> None:
    with served() as address, opened(tmp_path) as browser:

        def wait_for(text: str) -> None:
            browser.wait_for(lambda: text in browser.text(), text)

        for board in BOARDS:
            browser.open(f"{address}/{board.stem}/")
            wait_for(read(board)["title"])
            assert "ERR-" not in browser.text(), board.stem

        browser.open(f"{address}/executive/")
        arr = dict(ask("select scope_value, closing_arr from marts.expansion_summary"))
        wait_for(f"{arr['all']:,.0f}")
        choose(browser, "segment", "enterprise")
        wait_for(f"{arr['enterprise']:,.0f}")

        browser.open(f"{address}/queue/")
        [(name, account, current)] = ask(
            "select account_name, account_id, current_arr from marts.expansion_queue "
            "inner join marts.accounts using (account_id) where priority = 1"
        )
        browser.click(f'a[href*="account="][href*="{account}"]')
        wait_for("What is this customer's story?")
        wait_for(name)
        wait_for(f"{current:,.0f}")

        hosts = {urlsplit(asked).hostname for asked in browser.asked}
        assert hosts - {None} == {"127.0.0.1"}


@pytest.mark.skipif(not CHROMIUM, reason="needs Debian's chromium: apt-get install it")
def test_in_a_browser_pages_open_without_a_server(
    tmp_path: Path, reports: Path, drawn: dict[str, str]
) -> None:
    with opened(tmp_path) as browser:
        browser.open((reports / "index.html").as_uri())
        browser.wait_for(lambda: "Is the customer base" in browser.text(), "overview")
        browser.click('nav a[href="queue.html"]')
        browser.wait_for(lambda: "this week, and who" in browser.text(), "queue")
        assert {urlsplit(asked).scheme for asked in browser.asked} <= {"file", "data"}


def choose(browser: Browser, variable: str, option: str) -> None:
    """Chooses an option as a person does: opens the control, clicks the option."""
    browser.click(f'[data-dbt-variable="{variable}"] [data-dbt-field]')
    browser.click(f'.dbt-select-option[data-value="{option}"]')
