"""What became of a run, from what Dagster wrote of it, and what people hear of it."""

import datetime as dt
import re
import textwrap
from dataclasses import dataclass
from typing import Any

import dagster as dg

# One that was cancelled is no news to whoever cancelled it.
FINISHED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
# Each trigger is told by itself.
TOLD_BY_ITSELF = {"no_trigger_has_fired"}
# What a log has around its words: colours, the name of the error.
COLOURS_AND_CLASS = re.compile(r"\x1b\[\d*m|^[\w.]+: ")
WIDTH = 400


@dataclass(frozen=True)
class Run:
    """A run that came to an end; times are in UTC."""

    run_id: str
    job: str
    is_success: bool
    ended_at: dt.datetime
    passed: frozenset[str]
    failed: frozenset[str]
    because: tuple[str, ...]

    def failing_after(self, before: set[str]) -> set[str]:
        """Checks that fail now: what a run did not come to is as it was."""
        return (before - self.passed) | self.failed


def outcome(instance: dg.DagsterInstance, record: dg.RunRecord) -> Run:
    """What became of a run that has ended."""
    run = record.dagster_run
    checks = _events(instance, run.run_id, dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    steps = _events(instance, run.run_id, dg.DagsterEventType.STEP_FAILURE)
    results = [event.asset_check_evaluation_data for event in checks]
    is_success = run.status == dg.DagsterRunStatus.SUCCESS
    reasons = [f"{step.step_key}: {reason(step)}" for step in steps]
    died = [] if is_success else ["its process came to no end of its own"]
    ended_at = record.end_time or record.update_timestamp.timestamp()
    return Run(
        run_id=run.run_id,
        job=run.job_name,
        is_success=is_success,
        ended_at=dt.datetime.fromtimestamp(ended_at, dt.UTC),
        passed=frozenset(check.check_name for check in results if check.passed),
        failed=frozenset(check.check_name for check in results if not check.passed),
        because=tuple(reasons or died),
    )


def progress(instance: dg.DagsterInstance, run_id: str) -> tuple[int, int]:
    """How many tables a run has built, and how many it is to build."""
    kinds = dg.DagsterEventType
    done = _events(instance, run_id, kinds.ASSET_MATERIALIZATION)
    planned = _events(instance, run_id, kinds.ASSET_MATERIALIZATION_PLANNED)
    return len(done), len(planned)


def run_message(run: Run, failing: set[str]) -> dict[str, Any] | None:
    """What people hear of a run, given the checks that failed before it.

    A run that fails is always told; a check when it begins to fail and when it passes
    again, not every morning in between.
    """
    begun = sorted(run.failed - failing - TOLD_BY_ITSELF)
    mended = sorted((failing & run.passed) - TOLD_BY_ITSELF)
    if run.is_success and not begun and not mended:
        return None
    parts = [f"{run.job} {'succeeded' if run.is_success else 'failed'}"]
    for label, names in (("now fail", begun), ("pass again", mended)):
        if names:
            parts.append(f"{label}: {', '.join(names)}")
    parts += run.because
    return {
        "text": "; ".join(parts),
        "run_id": run.run_id,
        "job": run.job,
        "state": "succeeded" if run.is_success else "failed",
        "ended_at": run.ended_at.isoformat(timespec="seconds"),
        "checks_failed": sorted(run.failed),
        "checks_passing_again": mended,
        "because": list(run.because),
    }


def _events(
    instance: dg.DagsterInstance, run_id: str, kind: dg.DagsterEventType
) -> list[dg.DagsterEvent]:
    entries = instance.all_logs(run_id, of_type=kind)
    return [entry.dagster_event for entry in entries if entry.dagster_event]


def reason(step: dg.DagsterEvent) -> str:
    """The innermost cause of a failed step, in one line that fits a message."""
    error = step.step_failure_data.error
    return innermost(error) if error else "no reason was given"


def innermost(error: Any) -> str:
    """What an error comes from, in one line."""
    while error.cause:
        error = error.cause
    return textwrap.shorten(COLOURS_AND_CLASS.sub("", error.message), WIDTH)
