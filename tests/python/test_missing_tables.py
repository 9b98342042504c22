"""A company that hands over billing, accounts, usage and tickets, and nothing else."""

import shutil
from pathlib import Path

from orchestration.settings import DEMO_AS_OF, DEMO_RAW
from tests.python.compiled_build import (
    Node,
    assert_data_tests_pass,
    build,
    run_settings,
)

KEPT = (
    "billing__products.csv",
    "billing__subscriptions.csv",
    "billing__subscription_items.csv",
    "billing__fx_rates.csv",
    "crm__accounts.csv",
    "product__features.csv",
    "product__entitlements.csv",
    "product__usage_daily.parquet",
    "support__tickets.csv",
)
# What rests on the tables that are not there.
EMPTY = ("deals", "expansion_pipeline", "go_to_market_costs")
SILENT = {"promoter_low_penetration", "headcount_growth", "executive_meeting"}


def test_what_cannot_be_computed_is_empty_and_listed(
    nodes: list[Node], tmp_path: Path
) -> None:
    for name in KEPT:
        shutil.copy(Path(DEMO_RAW) / name, tmp_path / name)
    conn = build(nodes, run_settings(tmp_path, DEMO_AS_OF))

    def column(query: str) -> list[object]:
        return [row[0] for row in conn.execute(query).fetchall()]

    assert_data_tests_pass(conn, nodes)
    for mart in EMPTY:
        assert column(f"select count(*) from marts.{mart}") == [0], mart
    assert (
        set(
            column("select signal from marts.signal_backtest where verdict = 'no data'")
        )
        == SILENT
    )
    assert column("select max(variable_pay) from marts.incentive_alignment") == [None]
    runs = column("select distinct verdict from marts.play_effectiveness")
    assert runs == ["no runs"]
    missing = column(
        "select source_id from marts.evidence_sources where state = 'missing'"
    )
    assert {"contacts", "surveys", "opportunities", "play_runs"} <= set(missing)
    assert "usage" not in missing and "tickets" not in missing
    known = set(
        column("select input from marts.account_health_drivers where points > 0")
    )
    assert known == {"usage", "support", "satisfaction"}
    assert column("select count(*) from marts.account_signals where is_fired")[0] > 0
    conn.close()
