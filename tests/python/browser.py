"""A real browser, driven by its own protocol: what a person would see and click."""

import contextlib
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking", "--disable-sync"),
    *("--disable-component-update", "--remote-debugging-port=0"),
    "--disable-features=BackForwardCache",
    *("--disable-dev-shm-usage", "--window-size=1440,2000"),
)
PATIENCE = 30


class Browser:
    """One tab, and every address it asked for."""

    def __init__(self, tab: ClientConnection) -> None:
        self.tab = tab
        self.asked: list[str] = []
        self._sent = 0
        for domain in ("Page", "Runtime", "Network"):
            self.tell(f"{domain}.enable")

    def tell(self, method: str, **params: Any) -> dict[str, Any]:
        """The browser's answer to a command; what it asks for meanwhile is noted."""
        self._sent += 1
        self.tab.send(
            json.dumps({"id": self._sent, "method": method, "params": params})
        )
        while True:
            message = json.loads(self.tab.recv(timeout=PATIENCE))
            if message.get("method") == "Network.requestWillBeSent":
                self.asked.append(message["params"]["request"]["url"])
            if message.get("id") == self._sent:
                return message.get("result", {})

    def value(self, expression: str) -> Any:
        """What a line of JavaScript comes to."""
        answer = self.tell(
            "Runtime.evaluate", expression=expression, returnByValue=True
        )
        return answer.get("result", {}).get("value")

    def open(self, address: str) -> None:
        """Opens a page."""
        self.tell("Page.navigate", url=address)

    def text(self) -> str:
        """All text on the page."""
        return self.value("document.body ? document.body.textContent : ''") or ""

    def wait_for(self, is_so: Callable[[], Any], what: str) -> Any:
        """What a question comes to once it is true."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := is_so():
                return found
            time.sleep(0.1)
        raise AssertionError(
            f"{what} did not come; the page says: {self.text()[:2000]}"
        )

    def click(self, selector: str) -> None:
        """Clicks the middle of the first element, as a mouse does."""
        place = f"""
            (() => {{
                const found = document.querySelector({json.dumps(selector)});
                if (!found) return null;
                found.scrollIntoView({{block: 'center'}});
                const box = found.getBoundingClientRect();
                if (!box.width) return null;
                return [box.x + box.width / 2, box.y + box.height / 2];
            }})()
        """
        x, y = self.wait_for(lambda: self.value(place), selector)
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            pressed = (
                {} if kind == "mouseMoved" else {"button": "left", "clickCount": 1}
            )
            self.tell("Input.dispatchMouseEvent", type=kind, x=x, y=y, **pressed)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Browser]:
    """A browser that knows nothing and is gone afterwards."""
    assert CHROMIUM
    command = [CHROMIUM, *QUIET, f"--user-data-dir={folder}", "about:blank"]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        told = folder / "DevToolsActivePort"
        end = time.monotonic() + PATIENCE
        while not (told.exists() and "\n" in told.read_text()):
            assert time.monotonic() < end and process.poll() is None
            time.sleep(0.1)
        port, path = told.read_text().splitlines()
        with connect(f"ws://127.0.0.1:{port}{path}", max_size=None) as whole:
            whole.send(json.dumps({"id": 1, "method": "Target.getTargets"}))
            targets = json.loads(whole.recv())["result"]["targetInfos"]
        tab = next(t["targetId"] for t in targets if t["type"] == "page")
        address = f"ws://127.0.0.1:{port}/devtools/page/{tab}"
        with connect(address, max_size=None) as connection:
            yield Browser(connection)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)
