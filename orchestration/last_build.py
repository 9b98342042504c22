"""What became of the last build of a warehouse, kept in a file beside it.

Whoever reads a warehouse can say whether every check of it passed: a build that fails,
or is killed, leaves tables behind that look like any other.
"""

import datetime as dt
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orchestration.settings import Settings, shown

RUNNING, FAILED, PASSED = "running", "failed", "passed"
STATES = {RUNNING, FAILED, PASSED}
WIDTH = 300


def place(run: Settings) -> Path:
    """Where the outcome of the last build is written."""
    return run.warehouse.with_name(f"{run.warehouse.stem}.build.json")


def last(run: Settings) -> dict[str, Any]:
    """The last build of the warehouse; nothing where none is on record."""
    try:
        found = json.loads(place(run).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    is_known = isinstance(found, dict) and found.get("state") in STATES
    return found if is_known else {}


def begin(run: Settings) -> None:
    """Before the first table is replaced."""
    _write(
        run,
        {
            "state": RUNNING,
            "raw": run.raw,
            "as_of": run.as_of.isoformat(),
            "begun_at": _now(),
        },
    )


def end(run: Settings, because: Sequence[str], snapshot: str | None = None) -> None:
    """At its end: it passed, unless something went wrong."""
    _write(
        run,
        last(run)
        | {
            "state": FAILED if because else PASSED,
            "as_of": run.as_of.isoformat(),
            "ended_at": _now(),
            "because": [one_line(text) for text in because],
            "snapshot": snapshot,
        },
    )


def refused(run: Settings, because: str) -> None:
    """A build that did not touch the warehouse: its state is that of the one before."""
    if before := last(run):
        refusal = {"at": _now(), "because": one_line(because)}
        _write(run, before | {"refused": refusal})


def doubt(run: Settings) -> str | None:
    """Why the warehouse is not to be relied on; None after a build that passed."""
    build, warehouse = last(run), shown(run.warehouse)
    if not build:
        return f"no build of {warehouse} that passed is on record"
    if build["state"] == PASSED:
        return None
    if build["state"] == RUNNING:
        return f"the build of {warehouse} begun at {build.get('begun_at')} has no end"
    reasons = build.get("because") or ["a reason that was not kept"]
    more = f" and {len(reasons) - 1} more" if len(reasons) > 1 else ""
    ended_at = build.get("ended_at")
    return f"the build of {warehouse} of {ended_at} failed at {reasons[0]}{more}"


def one_line(text: str) -> str:
    """A text in one line of bounded length."""
    flat = " ".join(text.split())
    return flat if len(flat) <= WIDTH else f"{flat[: WIDTH - 4]} ..."


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _write(run: Settings, build: dict[str, Any]) -> None:
    path = place(run)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_text(json.dumps(build, indent=1, ensure_ascii=False), encoding="utf-8")
    os.replace(half, path)
