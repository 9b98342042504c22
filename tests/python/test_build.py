"""The main job on the demo company: it builds, says so, and twice gives the same."""

import filecmp
import re
import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import PROJECT
from orchestration.summary import marts_hash
from seeds.demo_company.__main__ import main as write_demo_company
from tests.python.compiled_build import CATALOG, dbt, make_build


def test_the_demo_builds_and_another_build_gives_the_same(
    built: Path, demo: duckdb.DuckDBPyConnection
) -> None:
    said = (built / "said.txt").read_text()
    assert re.search(r"checks +\d{3,} passed, 0 failed", said)
    assert re.search(r"ARR +[\d,.]+ USD at the end of June 2026", said)
    assert re.search(r"closed months +\d\d to [A-Z][a-z]+ 2026; none restated\n", said)
    assert re.search(r"books +billing agrees, deals \w+,? .*ledger agrees", said)
    assert re.search(r"decisions +DEC-01 ready with conditions, C", said)
    found = re.search(r"marts hash +(\w{16})", said)
    assert found and found[1] == marts_hash(demo)
    ledger = {path.name for path in (built / "warehouse.ledger").iterdir()}
    assert {"DEC-01-v1.html", "DEC-01-v1.md", "decision_records.parquet"} <= ledger
    published = built / "published" / "current"
    assert re.search(r"published/current is 2026-06-30-", said)
    with duckdb.connect(str(published / "expansion.duckdb"), read_only=True) as conn:
        assert marts_hash(conn) == marts_hash(demo)
        accounts = conn.execute("select count(*) from marts.accounts").fetchall()
        scores = conn.execute("from decisions.propensity_scores limit 1").fetchall()
    assert (
        scores
        and accounts == demo.execute("select count(*) from marts.accounts").fetchall()
    )


def test_the_readme_shows_what_the_build_says(built: Path) -> None:
    said = (built / "said.txt").read_text().splitlines()
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```\nas of (.*?)```", readme, flags=re.S)
    shown = block.splitlines()
    assert f"as of {shown[0].split(',')[0]}, built in" in "\n".join(said)
    assert len(shown) > 10 and not set(shown[1:]) - set(said)


def test_unit_tests_pass(
    demo: duckdb.DuckDBPyConnection, shared: Path, tmp_path: Path, parsed: Path
) -> None:
    # Unit tests bring their rows: of the warehouse they need the columns.
    warehouse = shutil.copy(shared / "demo.duckdb", tmp_path / f"{CATALOG}.duckdb")
    results = dbt(
        "test", "--select", "test_type:unit", warehouse=warehouse, parsed=parsed
    )
    assert len(results) >= 300
    assert {str(result.status) for result in results} == {"pass"}


def test_bad_raw_data_says_one_sentence_and_touches_nothing(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    (tmp_path / "raw").mkdir()
    run = make_build(warehouse, EXPANSION_RAW=str(tmp_path / "raw"))
    assert run.returncode == 1
    assert "lacks a core table: expected billing__products" in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
    assert not warehouse.exists()


@pytest.mark.parametrize(
    "environment",
    [
        {"EXPANSION_AS_OF": "yesterday"},
        {"EXPANSION_POLICY": "renewal_grace=0"},
        {"EXPANSION_POLICY": "renewal_grace_days"},
        {"EXPANSION_WAREHOUSE": "data/marts.duckdb"},
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    environment: dict[str, str], tmp_path: Path
) -> None:
    run = make_build(tmp_path / "warehouse.duckdb", **environment)
    [(name, value)] = environment.items()
    assert run.returncode == 1
    assert name in run.stderr and value in run.stderr
    assert "Traceback" not in run.stderr


def test_the_demo_company_is_what_its_generator_writes(tmp_path: Path) -> None:
    write_demo_company(tmp_path)
    committed = PROJECT / "seeds" / "raw"
    names = sorted(path.name for path in committed.iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    _, differing, errors = filecmp.cmpfiles(committed, tmp_path, names, shallow=False)
    assert (differing, errors) == ([], [])
    assert sum(path.stat().st_size for path in committed.iterdir()) < 15_000_000
