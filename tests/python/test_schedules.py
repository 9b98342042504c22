"""What starts a build and when, what is late, and who hears of what failed."""

import datetime as dt
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest

from orchestration import status
from orchestration.alerts import log
from orchestration.defs.freshness import sources_arrive_in_time
from orchestration.defs.schedules import after_close, closing_day, daily
from orchestration.defs.sensors import failures, raw_changes
from orchestration.runs import Run, outcome, run_message
from orchestration.seeds import seed
from orchestration.settings import settings
from orchestration.warehouse import WAREHOUSE_TAG
from orchestration.watch import QUIET_SECONDS, Watch, folder_stamp, looked
from reports.business_days import business_day
from tests.python.test_alerts import Hook, hook

__all__ = ["hook"]

MAY = dt.date(2026, 5, 20)


@pytest.mark.parametrize(
    ("month", "number", "expected"),
    [
        # A month that begins on a Monday, a Saturday, a Sunday; a weekend between.
        (dt.date(2026, 6, 1), 4, dt.date(2026, 6, 4)),
        (dt.date(2026, 8, 31), 1, dt.date(2026, 8, 3)),
        (dt.date(2026, 11, 15), 1, dt.date(2026, 11, 2)),
        (dt.date(2026, 7, 9), 4, dt.date(2026, 7, 6)),
        (dt.date(2027, 2, 1), 20, dt.date(2027, 2, 26)),
    ],
)
def test_business_days_leave_out_weekends(
    month: dt.date, number: int, expected: dt.date
) -> None:
    assert business_day(month, number) == expected


@pytest.mark.parametrize("number", [0, 21])
def test_a_business_day_that_some_month_lacks_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match=f"no business day {number} in every month"):
        business_day(MAY, number)


def close_tick(day: dt.date) -> dg.RunRequest | dg.SkipReason:
    """What the schedule of the close does at six in the morning of a day."""
    time = dt.datetime(day.year, day.month, day.day, 6, tzinfo=dt.UTC)
    return after_close(dg.build_schedule_context(scheduled_execution_time=time))


def test_a_month_is_closed_once_on_the_morning_after_its_day() -> None:
    days = [dt.date(2026, 7, 1) + dt.timedelta(days=passed) for passed in range(62)]
    asked = {
        day: tick.run_key
        for day in days
        if isinstance(tick := close_tick(day), dg.RunRequest)
    }
    # The fourth business days were a Monday and a Thursday.
    assert asked == {
        dt.date(2026, 7, 7): "2026-07-06",
        dt.date(2026, 8, 7): "2026-08-06",
    }
    skipped = close_tick(dt.date(2026, 7, 6))
    assert isinstance(skipped, dg.SkipReason)
    assert skipped.skip_message == "The books are closed on 2026-07-06."


def test_the_day_of_the_close_is_a_row_of_the_policy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert closing_day(MAY) == dt.date(2026, 5, 6)
    monkeypatch.setattr("orchestration.defs.schedules.value", lambda *_: "2")
    assert closing_day(MAY) == dt.date(2026, 5, 4)


def test_every_morning_builds_and_tries_again_what_may_pass() -> None:
    assert (daily.cron_schedule, daily.execution_timezone) == ("0 5 * * *", "UTC")
    assert daily.job_name == "unattended_build"


def test_what_comes_next_is_after_now() -> None:
    now = dt.datetime(2026, 7, 7, 5, 30, tzinfo=dt.UTC)
    assert [text.split()[-3:-1] for text in status.coming(now)] == [
        ["2026-07-08", "05:00"],
        ["2026-07-07", "06:00"],
    ]
    later = status.coming(now + dt.timedelta(hours=1))
    assert later[1].split()[-3:-1] == ["2026-08-07", "06:00"]


def test_a_changed_folder_is_built_once_when_it_is_quiet() -> None:
    watch, is_due = looked(None, "a", 0)
    assert not is_due
    watch, is_due = looked(watch, "a", 1000)
    assert not is_due
    watch, is_due = looked(watch, "b", 1030)
    assert not is_due
    # Still being copied: the minute begins anew.
    watch, is_due = looked(watch, "c", 1080)
    assert not is_due
    watch, is_due = looked(watch, "c", 1080 + QUIET_SECONDS - 1)
    assert not is_due
    watch, is_due = looked(Watch.of(watch.cursor), "c", 1080 + QUIET_SECONDS)
    assert is_due
    watch, is_due = looked(watch, "c", 5000)
    assert not is_due
    # What it was at first is a change like any other.
    watch, _ = looked(watch, "a", 6000)
    watch, is_due = looked(watch, "a", 6000 + QUIET_SECONDS)
    assert is_due


def test_names_sizes_and_times_of_tables_make_the_stamp(tmp_path: Path) -> None:
    table = tmp_path / "product__usage_daily" / "part.parquet"
    table.parent.mkdir()
    table.write_bytes(b"1")
    stamps = [folder_stamp(tmp_path)]
    (tmp_path / "notes.txt").write_text("no table")
    assert folder_stamp(tmp_path) == stamps[0]
    table.write_bytes(b"12")
    stamps.append(folder_stamp(tmp_path))
    os.utime(table, ns=(1, 1))
    stamps.append(folder_stamp(tmp_path))
    table.rename(table.with_name("other.parquet"))
    stamps.append(folder_stamp(tmp_path))
    assert len(set(stamps)) == 4


def test_the_sensor_asks_for_a_build_of_a_changed_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("orchestration.defs.sensors.time.time", lambda: now[0])

    def tick(cursor: str | None, at: float) -> tuple[Any, str | None]:
        now[0] = at
        context = dg.build_sensor_context(cursor=cursor)
        return raw_changes(context), context.cursor

    monkeypatch.setenv("EXPANSION_RAW", str(tmp_path / "none"))
    assert "is no folder" in tick(None, 0)[0].skip_message
    monkeypatch.setenv("EXPANSION_RAW", "schema:landing")
    assert "is no folder" in tick(None, 0)[0].skip_message
    monkeypatch.setenv("EXPANSION_RAW", str(tmp_path))
    asked, cursor = tick(None, 0)
    assert asked.skip_message == "Nothing new."
    (tmp_path / "crm__accounts.csv").write_text("account_id\n")
    asked, cursor = tick(cursor, 30)
    assert asked.skip_message == "Changed; waits for 60 quiet seconds."
    asked, cursor = tick(cursor, 95)
    assert isinstance(asked, dg.RunRequest)
    assert tick(cursor, 200)[0].skip_message == "Nothing new."


class Sources:
    """A warehouse with three sources of evidence."""

    def read(self, table: str) -> pd.DataFrame:
        states = {"usage": "stale", "contacts": "missing"}
        rows = [
            {
                "source_id": rule["source_id"],
                "raw_table": rule["raw_table"],
                "state": states.get(rule["source_id"], "fresh"),
                "last_refreshed_on": dt.date(2026, 6, 1),
                "age_days": None if rule["source_id"] == "contacts" else 29,
                "refresh_cadence_days": int(rule["refresh_cadence_days"]),
            }
            for rule in seed("evidence_source_rules")
        ]
        return pd.DataFrame(rows)


def test_a_source_is_late_by_its_cadence_and_one_not_handed_over_is_not() -> None:
    results = list(sources_arrive_in_time.op.compute_fn.decorated_fn(Sources()))
    assert len(results) == len(seed("evidence_source_rules"))
    [late] = [result for result in results if not result.passed]
    assert late.check_name == "usage_arrive_in_time"
    assert late.asset_key == dg.AssetKey(["raw", "product__usage_daily"])
    assert late.severity == dg.AssetCheckSeverity.WARN
    assert late.metadata["age_days"].value == 29


def ended(job: str, passed: str = "", failed: str = "", because: str = "") -> Run:
    return Run(
        run_id="r1",
        job=job,
        is_success=not because,
        ended_at=dt.datetime(2026, 7, 1, 5, 2, tzinfo=dt.UTC),
        passed=frozenset(passed.split()),
        failed=frozenset(failed.split()),
        because=(because,) if because else (),
    )


def test_a_check_is_told_when_it_begins_to_fail_and_when_it_passes_again() -> None:
    first = ended("daily", passed="a", failed="b no_trigger_has_fired")
    told = run_message(first, set())
    assert told and told["text"] == "daily succeeded; now fail: b"
    failing = first.failing_after(set())
    assert run_message(first, failing) is None
    # A run that broke off before b says nothing of b.
    broken = ended("daily", failed="a", because="tables: a failed")
    told = run_message(broken, failing)
    assert told and told["text"] == "daily failed; now fail: a; tables: a failed"
    assert told["state"] == "failed" and told["checks_failed"] == ["a"]
    failing = broken.failing_after(failing)
    assert failing == {"a", "b", "no_trigger_has_fired"}
    told = run_message(ended("daily", passed="a b"), failing)
    assert told and told["text"] == "daily succeeded; pass again: a, b"


@dg.asset
def broken_table() -> None:
    """An asset that fails while the flag is up."""
    if os.environ.get("BROKEN"):
        raise ValueError("the disk\nis full")


@dg.asset_check(asset=broken_table, blocking=True)
def is_whole() -> dg.AssetCheckResult:
    """A check that fails while the other flag is up."""
    return dg.AssetCheckResult(passed="TORN" not in os.environ)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def test_a_run_whose_process_died_is_told_as_such(
    instance: dg.DagsterInstance,
) -> None:
    run = instance.create_run_for_job(dg.job(name="killed")(lambda: None))
    instance.report_run_failed(run, "nobody is there")
    told = run_message(outcome(instance, instance.get_run_records()[0]), set())
    assert (
        told and told["text"] == "killed failed; its process came to no end of its own"
    )


def test_failed_runs_and_checks_are_posted_once_and_again_if_nobody_answered(
    tmp_path: Path,
    hook: Hook,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EXPANSION_WAREHOUSE", str(tmp_path / "own.duckdb"))
    monkeypatch.setenv("EXPANSION_ALERT_WEBHOOK", hook.url)
    monkeypatch.setattr("orchestration.alerts.ATTEMPTS", 1)

    def build(**flags: str) -> None:
        for name in ("BROKEN", "TORN"):
            monkeypatch.delenv(name, raising=False)
        for name, value in flags.items():
            monkeypatch.setenv(name, value)
        dg.materialize(
            [broken_table, is_whole], instance=instance, raise_on_error=False
        )

    def tick(cursor: str | None) -> str | None:
        context = dg.build_sensor_context(instance=instance, cursor=cursor)
        failures(context)
        return context.cursor

    def texts() -> list[str]:
        return [json.loads(line)["text"] for line in log(settings()).open()]

    build()
    cursor = tick(None)
    assert not log(settings()).exists()
    build(BROKEN="1")
    hook.failures = 1
    assert tick(cursor) == cursor and not log(settings()).exists()
    cursor = tick(cursor)
    assert hook.bodies[0] == hook.bodies[1]
    [text] = texts()
    assert "failed; broken_table: the disk is full" in text
    build(TORN="1")
    cursor = tick(cursor)
    assert "now fail: is_whole" in texts()[1]
    assert tick(cursor) == cursor
    # Dagster writes to a run again when it retries it.
    for run in instance.get_runs():
        instance.add_run_tags(run.run_id, {"dagster/did_retry": "true"})
    assert tick(cursor) == cursor and len(texts()) == 2
    build()
    tick(cursor)
    assert texts()[2].endswith("succeeded; pass again: is_whole")
    assert len(texts()) == 3
    said = status.ran(instance, settings().warehouse)
    assert said[0].endswith("succeeded, 0 checks failed or warned")
    # Once they say whose they are, another warehouse does not show them.
    for run in instance.get_runs():
        instance.add_run_tags(run.run_id, {WAREHOUSE_TAG: str(settings().warehouse)})
    assert status.ran(instance, settings().warehouse) == said
    assert status.ran(instance, settings().warehouse.with_name("other.duckdb")) == []
