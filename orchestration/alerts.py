"""Tells people what they should know of: in a log, and where they asked."""

import datetime as dt
import json
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration.settings import Settings

ATTEMPTS = 4
TIMEOUT_SECONDS = 10.0
FIELDS = (
    *("event_id", "decision_id", "trigger_id", "as_of", "previous_state", "state"),
    *("because", "owner_user_id", "escalation_user_id", "due_on", "action"),
)
# States that somebody has to know of, when they begin and when they end.
TOLD = ("fired", "watch")


class AlertError(Exception):
    """An alert that could not be posted; the message says where and why."""


def is_told(event: Mapping[str, Any]) -> bool:
    """Whether an event is news to anybody: not that all is well from the start."""
    return event["state"] in TOLD or event["previous_state"] in TOLD


def message(event: Mapping[str, Any]) -> dict[str, Any]:
    """What is posted: the event as JSON has it, and one sentence of it."""
    known = {name: _plain(event[name]) for name in FIELDS}
    text = (
        f"{known['decision_id']} {known['trigger_id']}: {known['state']}, "
        f"{known['because']}"
    )
    if known["state"] == "fired":
        text += f". {known['owner_user_id']} by {known['due_on']}: {known['action']}"
    return {"text": text} | known


def send(event: Mapping[str, Any], run: Settings, wait_seconds: float = 1.0) -> None:
    """Tells that a trigger changed its state."""
    post(message(event), run, wait_seconds)


def post(told: Mapping[str, Any], run: Settings, wait_seconds: float = 1.0) -> None:
    """Posts an alert if there is a webhook, then writes it to the log.

    Each attempt that fails waits twice as long as the one before; after the last one
    AlertError is raised, and the alert is not in the log, so that it is sent again.
    """
    if run.alert_webhook:
        _post(run.alert_webhook, told, wait_seconds)
    path = log(run)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(told, ensure_ascii=False) + "\n")


def log(run: Settings) -> Path:
    """Where alerts are written, one line each."""
    return run.warehouse.with_name(f"{run.warehouse.stem}.alerts.jsonl")


def _post(url: str, told: Mapping[str, Any], wait_seconds: float) -> None:
    request = urllib.request.Request(
        url,
        data=json.dumps(told).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    for attempt in range(ATTEMPTS):
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):
                return
        except OSError as error:
            if attempt == ATTEMPTS - 1:
                name = told.get("trigger_id") or told.get("run_id")
                said = f"{name} could not be posted: {error}"
                raise AlertError(said) from error
            time.sleep(wait_seconds * 2**attempt)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if value != value else value
