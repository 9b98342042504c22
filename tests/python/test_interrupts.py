"""Ctrl-C and SIGTERM: one line, 130 or 143, nothing published, and nothing left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration.settings import PROJECT

# As a build does first; then a child that hears no signal, and work that never ends.
BUSY = """
from orchestration.interrupts import end_at_signals
end_at_signals()
import subprocess, sys
import duckdb
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
conn = duckdb.connect()
while True:
    conn.execute("select count(*) from range(300000000) a, range(1000) b")
"""
CHILD = """
import os, subprocess, sys
from orchestration.interrupts import end_at_signals
end_at_signals()
code = (
    "from orchestration.interrupts import die_with_build as d; d();"
    "print('ready', flush=True); import time; time.sleep(600)"
)
child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
child.wait()
"""


def started(code: str, place: Path) -> tuple[subprocess.Popen[str], int]:
    """A process that is at work, and the one it has started."""
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env=os.environ | {"EXPANSION_WAREHOUSE": str(place / "w.duckdb")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    return process, int(process.stdout.readline())


def assert_is_gone(pid: int) -> None:
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        time.sleep(0.05)
    raise AssertionError(f"{pid} lives on")


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_ends_all_at_once_in_one_line(
    name: str, code: int, tmp_path: Path
) -> None:
    process, child = started(BUSY, tmp_path)
    time.sleep(0.3)
    process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=20)
    assert process.returncode == code
    assert (out, err) == (
        "",
        f"The build was ended by {name}: the snapshot people read is not there yet.\n",
    )
    assert_is_gone(child)


def test_what_a_build_started_dies_with_it(tmp_path: Path) -> None:
    process, child = started(CHILD, tmp_path)
    process.kill()
    process.communicate(timeout=20)
    assert_is_gone(child)


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_build_that_has_begun_leaves_no_traceback(
    name: str, code: int, tmp_path: Path
) -> None:
    place = {"EXPANSION_WAREHOUSE": str(tmp_path / "w.duckdb")}
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.build"],
        cwd=PROJECT,
        env=os.environ | place,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # While libraries are loaded, before it has said a word.
    time.sleep(1.5)
    process.send_signal(getattr(signal, name))
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert err.startswith(f"The build was ended by {name}") and err.count("\n") == 1
    assert not (tmp_path / "published").exists()
