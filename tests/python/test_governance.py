"""The assets of governance on the demo company: run, run again, and run later."""

import datetime as dt
import json
from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd
import pytest

from decisions.contracts import contracts
from decisions.record_text import FIELDS, N_RISKS
from decisions.value_model import SCOPE, difference, with_value
from orchestration import ledger
from orchestration.defs.decisions import propensity_evaluation, propensity_scores
from orchestration.defs.governance import (
    HELD_REVIEWS,
    SEEDS,
    TRIGGER_EVENTS,
    decision_readiness,
    decision_record,
    decisions_are_ready,
    no_trigger_has_fired,
    past_records_are_unaltered,
    review_calendar,
    review_trigger_events,
    review_triggers,
)
from orchestration.defs.valuation import valuation
from tests.python.test_propensity import Beside

NEXT_QUARTER, AFTER = dt.date(2026, 10, 20), dt.date(2027, 1, 20)


class Dated(Beside):
    """The company as of a later date, with a review that was held and other costs."""

    as_of: dt.date | None = None
    held_on = dt.date(2026, 10, 15)
    cost_factor = 1.0
    estimate_factor = 1.0
    gain_sign = 1

    def read(self, table: str) -> pd.DataFrame:
        rows = super().read(table)
        if self.as_of is None:
            return rows
        if table == SEEDS["metric_policy"]:
            return rows.assign(as_of_date=self.as_of)
        if table == SEEDS["calendar"]:
            is_it = rows["review_id"] == "REV-02"
            return rows.assign(
                held_on=rows["held_on"].mask(is_it, self.held_on),
                held_by=rows["held_by"].mask(is_it, "USR-034"),
            )
        if table == "decisions.assumptions":
            is_cost = rows["parameter"].str.startswith("cac")
            factor = is_cost.map({True: self.cost_factor, False: self.estimate_factor})
            return rows.assign(estimate=rows["estimate"].astype(float) * factor)
        if table == "decisions.scenario_tornado":
            gains = rows["difference_base"].astype(float) * self.gain_sign
            return rows.assign(difference_base=gains)
        return rows


def governed(warehouse: Beside) -> None:
    for asset in (
        decision_readiness,
        review_triggers,
        review_trigger_events,
        decision_record,
        review_calendar,
    ):
        asset(warehouse=warehouse)


@pytest.fixture(scope="module")
def first_run(
    demo: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dated]:
    """The demo company valued and governed once, with a ledger of its own."""
    own = tmp_path_factory.mktemp("governed") / "own.duckdb"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("EXPANSION_WAREHOUSE", str(own))
        warehouse = Dated(demo)
        propensity_evaluation(warehouse=warehouse)
        propensity_scores(warehouse=warehouse)
        list(valuation(warehouse=warehouse))
        governed(warehouse)
        yield warehouse


def decided(warehouse: Beside, table: str) -> pd.DataFrame:
    return warehouse.read(f"decisions.{table}")


def test_every_table_is_written_and_every_check_answers(first_run: Dated) -> None:
    for table in (
        *("decision_readiness", "review_triggers", "review_trigger_events"),
        *("decision_record", "review_calendar"),
    ):
        rows = decided(first_run, table)
        assert len(rows) > 0 and list(rows) == list(contracts()[table].types)
    record = decided(first_run, "decision_record").set_index("decision_id")
    assert record["recommended_option"].to_dict() == {"DEC-01": "C", "DEC-02": "C"}
    assert record[list(FIELDS)].notna().all(axis=None)
    for check in (
        decisions_are_ready,
        no_trigger_has_fired,
        past_records_are_unaltered,
    ):
        assert check(warehouse=first_run).passed


def test_the_record_says_what_the_demo_is_known_for(first_run: Dated) -> None:
    record = decided(first_run, "decision_record").set_index("decision_id")
    company, small = record.loc["DEC-01"], record.loc["DEC-02"]
    assert "so it does not pay" in company["recommendation"]
    assert "B first if" in company["decision_criteria"]
    assert "every option is worth less than spending nothing" in small["recommendation"]
    assert "new logos win throughout" in small["what_would_change_our_mind"]
    for risks in record["risks_and_mitigations"]:
        assert len(risks.splitlines()) == N_RISKS + 2
        assert all("watched by TRG-" in line for line in risks.splitlines())


def test_the_record_proper_is_one_page(first_run: Dated) -> None:
    """Two columns of 90 lines of 76 letters print on A4, less the head of the page."""
    for row in decided(first_run, "decision_record").to_dict("records"):
        proper = row["markdown"].split("## Annex")[0]
        lines = [line for line in proper.splitlines() if line and line[0] in "-*"]
        assert sum(1 + len(line) // 76 for line in lines) < 2 * 90 - 15
        assert "<aside>" in row["html"]
        assert "aside { break-before: page;" in row["html"]


def test_flips_are_roots_as_they_are_stored(first_run: Dated) -> None:
    known, flips = (
        decided(first_run, name) for name in ("assumptions", "scenario_thresholds")
    )
    known = known.astype({"estimate": float})
    for place, rows in flips[~flips["no_flip_in_range"]].groupby(SCOPE):
        is_in = (known[SCOPE] == place).all(axis=1)
        base = known[is_in].set_index("parameter")["estimate"].to_dict()
        for row in rows.itertuples():
            ends = np.linspace(float(row.search_low), float(row.search_high), 50)
            scale = np.abs(difference(with_value(base, row.parameter, ends))).max()
            flip = float(row.flip_value)
            at_flip = difference(with_value(base, row.parameter, flip))
            assert abs(at_flip) < 1e-7 * scale, row


def test_another_run_on_the_same_tables_adds_nothing(first_run: Dated) -> None:
    tables = ("review_trigger_events", "decision_record", "review_calendar")
    before = {table: decided(first_run, table) for table in tables}
    governed(first_run)
    for table, rows in before.items():
        pd.testing.assert_frame_equal(decided(first_run, table), rows)
    assert past_records_are_unaltered(warehouse=first_run).passed


def test_a_review_scores_what_was_recorded_and_keeps_what_it_said(
    first_run: Dated,
) -> None:
    """Recorded in June, held in October on what the marts show then, kept in January.

    In October only the costs have left their ranges; by January everything has, and the
    better motion is the other one.
    """
    stored = json.loads(decided(first_run, "decision_record")["inputs"].iloc[0])
    ranges = [r for r in stored["assumptions"] if r["distribution"] == "bootstrap"]
    [chance] = [
        row["probability_beats_new_logo_focus"]
        for row in stored["simulation"]
        if row["option"] == "expansion focus"
    ]
    first_run.as_of, first_run.cost_factor = NEXT_QUARTER, 1.5
    governed(first_run)
    held = decided(first_run, "review_calendar").set_index("review_id").loc["REV-02"]
    assert (held["state"], held["n_intervals"]) == ("held", len(ranges))
    assert held["n_covered"] == len(ranges) - 2
    assert float(held["brier"]) == pytest.approx((chance - 1) ** 2, abs=1e-6)
    assert held["verdict"] == "continue", held["because"]

    first_run.as_of, first_run.estimate_factor = AFTER, 3.0
    first_run.gain_sign = -1
    for _ in range(2):
        governed(first_run)
        later = decided(first_run, "review_calendar").set_index("review_id")
        pd.testing.assert_series_equal(later.loc["REV-02"], held)
        assert (later.loc["REV-03", "state"], later.loc["REV-03", "verdict"]) == (
            "overdue",
            "stop",
        )
        events = ledger.exported(TRIGGER_EVENTS)
        fired = events[events["state"] == "fired"]
        assert fired["trigger_id"].tolist().count("TRG-12") == 1
        assert not events.duplicated(["trigger_id", "as_of"]).any()
    kept = set(ledger.exported(HELD_REVIEWS)["review_id"])
    assert kept == {"REV-01", "REV-02", "REV-05"}
    assert not no_trigger_has_fired(warehouse=first_run).passed
