"""Tells people what they should know of: in a log, and where they asked."""

import datetime as dt
import json
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from orchestration.settings import Settings

# Its lines of DEBUG have the path of an address, which is a secret.
logging.getLogger("urllib3").setLevel(logging.WARNING)

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
    body = json.dumps(told)
    reason = _refused(url)
    for attempt in range(0 if reason else ATTEMPTS):
        if attempt:
            time.sleep(wait_seconds * 2 ** (attempt - 1))
        reason = _failed(url, body)
        if reason is None:
            return
    name = told.get("trigger_id") or told.get("run_id")
    raise AlertError(f"{name} could not be posted: {reason}")


def _refused(url: str) -> str | None:
    """What is wrong with an address; None where it can be tried."""
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_address = False
    if is_address:
        return None
    return "EXPANSION_ALERT_WEBHOOK is no address: expected https://..."


def _failed(url: str, body: str) -> str | None:
    """Why an attempt came to nothing, in words of our own; None where it was taken.

    What a library says of an address may quote it, and the address is a secret. An
    answer that leads elsewhere is no receipt: followed, the alert would arrive at a
    place nobody named, or nowhere, as a GET without its text.
    """
    headers = {"Content-Type": "application/json"}
    try:
        with requests.post(
            url,
            data=body.encode(),
            headers=headers,
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
            # A receipt is its status; a body without an end is not waited for.
            stream=True,
        ) as answer:
            status = answer.status_code
    except requests.Timeout:
        return f"the webhook gave no answer within {TIMEOUT_SECONDS:.0f} s"
    except requests.exceptions.SSLError:
        return "the certificate of the webhook is not accepted"
    except requests.ConnectionError:
        return "nobody answers at the webhook"
    # Of addresses that cannot be used a library raises much else.
    except Exception as error:
        return f"the webhook could not be asked ({type(error).__name__})"
    if 200 <= status < 300:
        return None
    leads = ", an address elsewhere" if 300 <= status < 400 else ""
    return f"the webhook answered {status}{leads}"


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if value != value else value
