"""Alerts: written once, posted with patience, never lost."""

import datetime as dt
import json
import threading
import traceback
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from decisions.triggers import EVENTS
from orchestration.alerts import AlertError, is_told, log, message, send
from orchestration.defs.governance import TRIGGER_EVENTS, alerts, events_contract
from orchestration.ledger import append
from orchestration.settings import Settings, settings

EVENT = {
    "event_id": 7,
    "decision_id": "DEC",
    "trigger_id": "T1",
    "as_of": dt.date(2026, 6, 30),
    "previous_state": "watch",
    "state": "fired",
    "value": 1.0,
    "because": "U1 is not here",
    "owner_user_id": "U1",
    "escalation_user_id": "U3",
    "due_on": dt.date(2026, 7, 14),
    "action": "Name another owner",
}


class Hook(HTTPServer):
    """A webhook on this machine that fails so many times first."""

    failures = 0
    # What is answered when nothing fails, and where that leads.
    status, location = 204, ""

    def __init__(self) -> None:
        self.bodies: list[dict[str, object]] = []
        super().__init__(("127.0.0.1", 0), Answer)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/alerts"


class Answer(BaseHTTPRequestHandler):
    """Keeps what is posted; 503 until the failures are used up."""

    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(json.loads(body))
        is_failure = len(self.server.bodies) <= self.server.failures
        self.send_response(503 if is_failure else self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.end_headers()

    def do_GET(self) -> None:
        self.server.bodies.append({"method": "GET"})
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def run(folder: Path, webhook: str | None = None) -> Settings:
    return Settings(
        "raw", folder / "own.duckdb", dt.date(2026, 6, 30), {}, "duckdb", webhook
    )


def lines(settings: Settings) -> list[dict[str, object]]:
    path = log(settings)
    return [json.loads(line) for line in path.open()] if path.exists() else []


def test_the_message_says_who_does_what_by_when() -> None:
    told = message(EVENT)
    assert told["text"] == (
        "DEC T1: fired, U1 is not here. U1 by 2026-07-14: Name another owner"
    )
    assert told["due_on"] == "2026-07-14" and "value" not in told
    over = message(EVENT | {"state": "ok", "due_on": None})
    assert over["text"] == "DEC T1: ok, U1 is not here" and over["due_on"] is None


@pytest.mark.parametrize(
    ("previous", "state", "expected"),
    [
        ("ok", "fired", True),
        ("ok", "watch", True),
        ("fired", "ok", True),
        (None, "fired", True),
        (None, "ok", False),
        ("insufficient_history", "ok", False),
    ],
)
def test_only_what_concerns_somebody_is_told(
    previous: str | None, state: str, expected: bool
) -> None:
    assert is_told(EVENT | {"previous_state": previous, "state": state}) is expected


def test_without_a_webhook_the_log_is_all(tmp_path: Path) -> None:
    send(EVENT, run(tmp_path))
    send(EVENT | {"event_id": 8}, run(tmp_path))
    assert [line["event_id"] for line in lines(run(tmp_path))] == [7, 8]


def test_a_webhook_that_fails_twice_gets_it_the_third_time(
    tmp_path: Path, hook: Hook
) -> None:
    hook.failures = 2
    send(EVENT, run(tmp_path, hook.url), wait_seconds=0.01)
    assert hook.bodies == [message(EVENT)] * 3
    assert lines(run(tmp_path)) == [message(EVENT)]


def test_one_that_always_fails_is_named_and_not_in_the_log(
    tmp_path: Path, hook: Hook
) -> None:
    hook.failures = 99
    with pytest.raises(
        AlertError, match="T1 could not be posted: the webhook answered 503"
    ):
        send(EVENT, run(tmp_path, hook.url), wait_seconds=0.001)
    assert len(hook.bodies) == 4 and lines(run(tmp_path)) == []


@pytest.mark.parametrize("status", [199, 301, 302, 303, 307, 308, 400, 404, 500])
def test_2xx_alone_is_a_receipt_and_nobody_is_led_elsewhere(
    tmp_path: Path, hook: Hook, status: int
) -> None:
    hook.status = status
    hook.location = f"http://localhost:{hook.server_port}/elsewhere"
    with pytest.raises(AlertError, match=rf"T1 could not be posted: .*{status}|asked"):
        send(EVENT, run(tmp_path, hook.url), wait_seconds=0.001)
    assert {"method": "GET"} not in hook.bodies and lines(run(tmp_path)) == []


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_is_a_receipt(tmp_path: Path, hook: Hook, status: int) -> None:
    hook.status = status
    send(EVENT, run(tmp_path, hook.url), wait_seconds=0.001)
    assert len(hook.bodies) == 1 == len(lines(run(tmp_path)))


SECRET = "T0KEN"
# No address to post to: some counted as posted, others showed the token.
BAD_ADDRESSES = [
    f"file:///tmp/{SECRET}",
    f"data:text/plain,{SECRET}",
    f"ftp://127.0.0.1/{SECRET}",
    f"gopher://127.0.0.1/{SECRET}",
    f"javascript:{SECRET}",
    f"hooks.example/{SECRET}",
    f"//hooks.example/{SECRET}",
    f"/{SECRET}",
    SECRET,
    f"http://{SECRET} x/",
    f"http:/{SECRET}",
    f"http://[{SECRET}",
    f"http://127.0.0.1:{SECRET}/",
    f"http://127.0.0.1:99999/{SECRET}",
    f"http://:80/{SECRET}",
    f"http://127.0.0.1:1/{SECRET}",
    f"https://127.0.0.1:1/{SECRET}?key={SECRET}",
    f"http://user:{SECRET}@127.0.0.1:1/",
    f"http://{'a' * 70}.example/{SECRET}",
    f"http://xn--{SECRET}-.invalid/",
    f"http://127.0.0.1:1/{SECRET}\r\nHost: x",
    f"http://127.0.0.1:1/{SECRET}\udcff",
    f" http://127.0.0.1:1/{SECRET}",
    f"http://.{SECRET}./",
]


@pytest.mark.parametrize("address", BAD_ADDRESSES, ids=range(len(BAD_ADDRESSES)))
def test_a_bad_address_is_an_alert_that_failed_and_is_shown_nowhere(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    address: str,
) -> None:
    monkeypatch.setattr("orchestration.alerts.ATTEMPTS", 1)
    caplog.set_level("DEBUG")
    with pytest.raises(AlertError) as raised:
        send(EVENT, run(tmp_path, address))
    told = "".join(traceback.format_exception(raised.value))
    written = "".join(path.read_text() for path in tmp_path.rglob("*"))
    shown = (told, repr(run(tmp_path, address)), caplog.text, *capfd.readouterr())
    assert not [text for text in (*shown, written) if SECRET.lower() in text.lower()]
    assert "\n" not in str(raised.value) and lines(run(tmp_path)) == []


def test_a_webhook_that_is_posted_to_is_in_no_log(
    tmp_path: Path, hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    send(EVENT, run(tmp_path, f"{hook.url}/{SECRET}"))
    assert len(hook.bodies) == 1 and SECRET not in caplog.text


def test_the_webhook_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings().alert_webhook is None
    monkeypatch.setenv("EXPANSION_ALERT_WEBHOOK", "http://127.0.0.1:9/alerts")
    assert settings().alert_webhook == "http://127.0.0.1:9/alerts"


def test_the_sensor_tells_each_event_once_and_waits_for_the_webhook(
    tmp_path: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPANSION_WAREHOUSE", str(tmp_path / "own.duckdb"))
    events = [
        {name: EVENT.get(name) for name in EVENTS} | changes
        for changes in (
            {"event_id": 3},
            {"event_id": 1, "previous_state": None, "state": "ok"},
            {"event_id": 2, "state": "watch"},
        )
    ]
    append(TRIGGER_EVENTS, pd.DataFrame(events), events_contract())
    first = dg.build_sensor_context(cursor=None)
    alerts(first)
    assert [line["event_id"] for line in lines(settings())] == [2, 3]
    assert first.cursor == "3"
    alerts(dg.build_sensor_context(cursor=first.cursor))
    assert len(lines(settings())) == 2
    # Nobody answers at the webhook: the cursor stays before what was not told.
    monkeypatch.setenv("EXPANSION_ALERT_WEBHOOK", hook.url)
    monkeypatch.setattr("orchestration.alerts.ATTEMPTS", 1)
    hook.failures = 1
    failed = dg.build_sensor_context(cursor=None)
    alerts(failed)
    assert failed.cursor == "1"
    alerts(dg.build_sensor_context(cursor=failed.cursor))
    assert [line["event_id"] for line in lines(settings())] == [2, 3, 2, 3]
