"""`make build`: the whole graph once, in this process, with a summary at the end."""

from orchestration.interrupts import end_at_signals

# The libraries below take seconds to load, in which somebody may press Ctrl-C.
if __name__ == "__main__":
    end_at_signals()

import contextlib
import io
import logging
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
from dbt.cli.main import dbtRunner

from orchestration import last_build
from orchestration.closing import LedgerError
from orchestration.door import open_door, unread_line
from orchestration.faults import one_sentence
from orchestration.lock import LockError, held
from orchestration.publish import served, told
from orchestration.raw_sources import DoorError
from orchestration.settings import PROJECT, Settings, SettingsError, settings
from orchestration.summary import (
    failed,
    results_file,
    run_results,
    shown,
    summary,
)

SNAPSHOT_STEP = "published__snapshot"
NODE_DONE = re.compile(r"(\d+) of (\d+) (OK|PASS|WARN|FAIL|ERROR|SKIP)\s*(.*?) \.{2,}")


class Progress(io.TextIOBase):
    """One line of dbt's log per table built and per test that does not pass."""

    def __init__(self, out: Any) -> None:
        self.out = out

    def write(self, text: str) -> int:
        for line in text.splitlines():
            done = NODE_DONE.search(line)
            if done and done[3] not in ("PASS", "SKIP"):
                place = f"{done[1]:>4} of {done[2]}"
                self.out.write(f"{place}  {done[3].lower():<5}  {done[4]}\n")
                self.out.flush()
        return len(text)


def export(run: Settings) -> None:
    """Hands the settings, with their defaults, to the processes this one starts."""
    os.environ |= {
        "EXPANSION_RAW": run.raw,
        "EXPANSION_WAREHOUSE": str(run.warehouse),
        "EXPANSION_AS_OF": run.as_of.isoformat(),
        "EXPANSION_TARGET": run.target,
        "DAGSTER_DISABLE_TELEMETRY": "1",
    }


def open_first(run: Settings) -> None:
    """Opens the door before anything else runs, so that bad data costs no time."""
    is_new = not run.warehouse.exists()
    run.warehouse.parent.mkdir(parents=True, exist_ok=True)
    try:
        with duckdb.connect(str(run.warehouse)) as conn:
            open_door(conn, run)
            if line := unread_line(conn):
                print(line)
    except DoorError:
        if is_new:
            run.warehouse.unlink(missing_ok=True)
        raise


def materialise(run: Settings) -> list[str]:
    """Runs every asset in process; what went wrong, one text a failed step."""
    results_file(run).unlink(missing_ok=True)
    here = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    here += ["--target-path", str(run.artifacts)]
    parsed = dbtRunner().invoke(["parse", "--quiet", *here])
    if not parsed.success:
        return [f"dbt could not parse the project: {parsed.exception}"]
    from orchestration.definitions import defs
    from orchestration.runs import reason

    logging.disable(logging.CRITICAL)
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with contextlib.redirect_stdout(Progress(sys.stdout)):
        result = defs.resolve_job_def("build_all").execute_in_process(
            run_config=quiet, raise_on_error=False
        )
    failures = [
        f"{step.step_key}: {reason(step)}" for step in result.get_step_failure_events()
    ]
    # Dagster calls a run a success that skipped a step for want of an output.
    if not failures and not result.asset_materializations_for_node(SNAPSHOT_STEP):
        failures = ["the snapshot was not reached"]
    return failures


def build(run: Settings) -> int:
    """Exit code 0 only if every check passed and people read what was built."""
    started = time.monotonic()
    export(run)
    try:
        open_first(run)
    except (DoorError, LedgerError) as error:
        last_build.refused(run, str(error))
        raise
    print(f"Building {shown(Path(run.raw))} as of {run.as_of}")
    before = served(run)
    failures = materialise(run)
    wrong = failed(run)
    snapshot = told(run, before, wrong or failures)
    if failures and not wrong:
        last_build.end(run, failures)
    if not run_results(run):
        print("\n".join([*failures, f"snapshot: {snapshot}"]), file=sys.stderr)
        return 1
    print(summary(run, time.monotonic() - started, snapshot))
    if failures and not wrong:
        print("\n".join(failures), file=sys.stderr)
    return 1 if failures else 0


@one_sentence
def main() -> int:
    """One build at a time; what stops it before it starts is said in one sentence."""
    try:
        run = settings()
        with held(run.warehouse):
            return build(run)
    except (SettingsError, DoorError, LedgerError, LockError) as error:
        print(error, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
