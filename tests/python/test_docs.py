"""The pages of definitions: all there, linked, the same each time, nobody else's."""

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration import docs
from orchestration.seeds import seed
from orchestration.settings import PROJECT
from reports.file_names import file_name
from reports.pages import PLACES, Known, site
from tests.python.compiled_build import CATALOG, Node, dbt

NAMES = {
    "metrics": ("metrics", "metric_id"),
    "signals": ("signals", "signal"),
    "plays": ("plays", "play"),
    "triggers": ("trigger_rules", "trigger_id"),
}
FOREIGN = re.compile(r"""(?:href|src|url)\s*[=(]\s*["']?(?:https?:)?//""")


@pytest.fixture(scope="module")
def manifest(nodes: list[Node], compiled_folder: Path) -> dict[str, Any]:
    """What dbt knows of the project."""
    return json.loads((compiled_folder / "target" / "manifest.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def known(demo: duckdb.DuckDBPyConnection, manifest: dict[str, Any]) -> Known:
    """What the pages of the demo company are made of."""
    return docs.known(demo, manifest)


@pytest.fixture(scope="module")
def pages(known: Known) -> dict[str, str]:
    """The site of the demo company."""
    return site(known)


def test_every_row_of_the_seeds_has_its_page_and_is_in_the_index(
    pages: dict[str, str],
) -> None:
    expected = {
        f"{kind}/{file_name(row[key])}.html"
        for kind, (name, key) in NAMES.items()
        for row in seed(name)
    }
    assert set(pages) == expected | {"index.html"}
    assert (
        set(re.findall(r'href="(\w+/[\w-]+\.html)"', pages["index.html"])) == expected
    )


def test_every_link_leads_somewhere(
    pages: dict[str, str], manifest: dict[str, Any]
) -> None:
    for path, text in pages.items():
        for link in re.findall(r'href="([^"]+)"', text):
            place, _, model = link.partition("#!/model/")
            name = place.removeprefix("../")
            assert name in pages or name == "lineage.html", (path, link)
            assert not model or model in manifest["nodes"], (path, link)


def test_no_page_names_a_path_or_asks_another_host(pages: dict[str, str]) -> None:
    for path, text in pages.items():
        assert not FOREIGN.search(text), path
        assert "http://" not in text and "https://" not in text, path
        assert str(PROJECT) not in text and "/tmp/" not in text, path
        assert "default-src 'none'" in text, path


def test_two_runs_give_the_same_bytes(known: Known, pages: dict[str, str]) -> None:
    assert site(known) == pages


def text_of(page: str) -> str:
    return re.sub(r"<[^>]+>", "", page)


def test_a_page_says_what_the_warehouse_says(
    pages: dict[str, str], demo: duckdb.DuckDBPyConnection
) -> None:
    [(arr,)] = demo.execute(
        "select closing_arr from marts.arr_bridge_months where scope_type = 'company' "
        "order by month_start desc limit 1"
    ).fetchall()
    assert f"{arr:,.2f} USD, whole company, June 2026" in pages["metrics/arr.html"]
    net = text_of(pages["metrics/net_revenue_retention_12m.html"])
    assert "closing ARR of the cohort / opening ARR of the cohort" in net
    assert "DEC-01, as a measure of success" in net
    signal = text_of(pages["signals/seat_utilisation.html"])
    assert "Threshold: at least 0.9" in signal and "Window: 14 days" in signal
    assert "predicts: 183 of 392 fires were followed by expansion" in signal
    assert (
        'href="../plays/seat_expansion.html"' in pages["signals/seat_utilisation.html"]
    )
    play = text_of(pages["plays/cross_sell.html"])
    assert "no evidence of an effect" in play and "premium feature tried" in play
    trigger = text_of(pages[f"triggers/{file_name('TRG-04')}.html"])
    assert "net revenue retention 1m" in trigger and "within 30 days" in trigger
    assert "Who acts: Hester Brackwood (USR-034)" in trigger


def test_every_table_where_something_is_shown_has_the_column(known: Known) -> None:
    for kind, places in PLACES.items():
        name, _ = NAMES[kind]
        for row in known.seeds[name]:
            for table, column in places:
                assert column.format(**row) in known.tables[table].columns


def test_what_the_warehouse_lacks_is_said_and_text_of_a_seed_is_text(
    known: Known,
) -> None:
    signal = known.seeds["signals"][0] | {"condition": "a <script>x</script> | b"}
    bare = Known(
        seeds=dict(known.seeds) | {"signals": [signal]},
        tables=known.tables,
        words={},
        facts={name: [] for name in [*docs.FACTS, "values"]},
        as_of="2026-06-30",
        currency="USD",
    )
    pages = site(bare)
    page = pages[f"signals/{signal['signal']}.html"]
    assert "Not in the warehouse yet." in page and "Not yet measured." in page
    assert "&lt;script&gt;" in page and "<script" not in page
    assert "&lt;script&gt;x&lt;/script&gt; | b" in pages["index.html"]
    assert "No single number for the company" in pages["metrics/arr.html"]


def test_the_page_of_dbt_is_one_file_that_is_the_same_each_time(
    nodes: list[Node],
    compiled_folder: Path,
    demo: duckdb.DuckDBPyConnection,
    manifest: dict[str, Any],
) -> None:
    options = ("--static", "--empty-catalog", "--no-compile")
    made = []
    for _ in range(2):
        dbt(
            "docs",
            "generate",
            *options,
            warehouse=compiled_folder / f"{CATALOG}.duckdb",
        )
        page = (compiled_folder / "target" / "static_index.html").read_text("utf-8")
        made.append(docs.lineage(page, docs.catalog(demo, manifest)))
    # Paths of what was compiled are relative in `make docs`, and not in this test.
    page = made[0].replace(str(compiled_folder), "")
    assert made[0] == made[1]
    assert str(PROJECT) not in page and "/tmp/" not in page
    assert not FOREIGN.search(re.sub(r"<script.*?</script>", "", page, flags=re.S))
    assert docs.POLICY in page and '"send_anonymous_usage_stats": false' in page
    assert "connect-src" not in docs.POLICY and "default-src 'none'" in docs.POLICY
    assert '"decimal(18,2)"' in page
    named = docs.lineage('from \\"memory\\".\\"marts\\".\\"accounts\\"', {})
    assert named == 'from \\"marts\\".\\"accounts\\"'
