"""Ctrl-C and SIGTERM end a build at once, in one line, whatever it is doing.

A build is many libraries in two processes, each with an idea of its own of a signal.
Here none of them sees one: a thread waits for it, ends the processes that were started
and then this one. It may come at any moment, as sudden death may: tables are replaced
whole, the ledger is written last, and a snapshot is published in one step.
"""

import contextlib
import ctypes
import os
import signal
import threading

SIGNALS = {signal.SIGINT, signal.SIGTERM}
# Which process a build runs in, for those that it starts.
BUILD_PID = "EXPANSION_BUILD_PID"
PR_SET_PDEATHSIG = 1


def end_at_signals() -> None:
    """From now on SIGINT and SIGTERM end this process, with 130 and 143.

    To be called before any thread is started: threads and processes begin with the
    signals of the one that starts them.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    os.environ[BUILD_PID] = str(os.getpid())
    threading.Thread(target=_wait, daemon=True).start()


def die_with_build() -> None:
    """Where a build started this process, it ends with it, even by SIGKILL."""
    if os.environ.get(BUILD_PID) != str(os.getppid()):
        return
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.environ.get(BUILD_PID) != str(os.getppid()):
        os._exit(1)


def _current() -> str | None:
    """The snapshot that people read; None where there is none, or no telling."""
    with contextlib.suppress(Exception):
        # Not sooner: until signals are waited for, nothing may take its time.
        from orchestration.settings import settings

        return os.readlink(settings().published / "current")
    return None


def _wait() -> None:
    before = _current()
    number = signal.sigwait(SIGNALS)
    _kill_started()
    with contextlib.suppress(Exception):
        name, now = signal.Signals(number).name, _current()
        kept = f"still {now}" if now else "not there yet"
        became = f"{now}, which was published whole" if now != before else kept
        said = f"The build was ended by {name}: the snapshot people read is {became}.\n"
        os.write(2, said.encode())
    os._exit(128 + number)


def _kill_started() -> None:
    """Ends the processes below this one, the oldest first, so that none is missed."""
    below = {os.getpid()}
    parents = _parents()
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    for pid in sorted(below - {os.getpid()}):
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def _parents() -> dict[int, int]:
    """Each process with the one that started it; none where there is no /proc."""
    found = {}
    with contextlib.suppress(OSError):
        for name in filter(str.isdecimal, os.listdir("/proc")):
            with (
                contextlib.suppress(OSError, ValueError, IndexError),
                open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as stat,
            ):
                found[int(name)] = int(stat.read().rpartition(")")[2].split()[1])
    return found
