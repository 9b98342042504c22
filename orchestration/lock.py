"""One writer at a time: a lock beside what is written, which no crash leaves behind."""

import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.settings import shown

# What this process holds: a build and the Dagster run inside it are one writer.
_held: set[Path] = set()


class LockError(Exception):
    """Somebody else is writing; the message says who, and since when."""


@contextmanager
def held(target: Path) -> Iterator[None]:
    """Holds the lock of a file or folder, or raises LockError at once.

    The kernel frees the lock when its process ends, however it ends. The lock file
    stays: without it two processes could each lock a file of the same name.
    """
    if target in _held:
        yield
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(f"{target.name}.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise LockError(f"{shown(target)} is {_holder(file.read())}") from error
        since = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "since": since}))
        file.flush()
        _held.add(target)
        try:
            yield
        finally:
            _held.remove(target)


def _holder(text: str) -> str:
    """Who holds a lock; its file is empty for the moment in which it is taken."""
    try:
        who = json.loads(text)
    except ValueError:
        who = None
    if not isinstance(who, dict) or not {"pid", "since"} <= set(who):
        return "being written by another process: try again when it is done."
    return (
        f"being written by process {who['pid']} since {who['since']}: "
        "try again when it is done."
    )
