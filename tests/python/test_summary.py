"""The summary says what there is, and a dash for what there is not."""

from pathlib import Path

from orchestration.settings import Settings
from orchestration.summary import summary
from tests.python.compiled_build import Node, build, run_settings
from tests.python.small_companies import AS_OF, YOUNG, write_company


def said_of(place: Path) -> dict[str, str]:
    """What the summary of a warehouse says, by label."""
    said = summary(Settings("raw", place, AS_OF, {}, "duckdb"), 1, "none")
    return {line[:18].strip(): line[18:] for line in said.splitlines()}


def test_a_company_younger_than_a_year_has_no_rates(
    nodes: list[Node], tmp_path: Path
) -> None:
    raw = write_company(tmp_path / "raw", YOUNG)
    place = tmp_path / "warehouse.duckdb"
    build(nodes, run_settings(raw, AS_OF), place).close()
    lines = said_of(place)
    assert lines["ARR"] == "1,440.00 USD at the end of June 2025"
    assert lines["NRR, 12 months"] == "-"
    assert lines["expansion, 12 m"] == "240.00, - of opening ARR"
