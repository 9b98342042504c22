"""Sees that a raw folder has changed, and waits until nobody writes into it."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from orchestration.raw_files import KINDS, stamp

# A copy that stalls for longer is built half, and again when it is whole.
QUIET_SECONDS = 60.0


@dataclass(frozen=True)
class Watch:
    """What was last asked to be built, what was last seen, and since when."""

    asked: str
    seen: str
    since: float

    @classmethod
    def of(cls, cursor: str) -> "Watch":
        """The watch that a cursor remembers."""
        return cls(**json.loads(cursor))

    @property
    def cursor(self) -> str:
        """The watch as a text to remember."""
        return json.dumps(asdict(self))


def folder_stamp(folder: Path) -> str:
    """A text that changes with the name, size and time of any table in a folder."""
    paths = (
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in KINDS and path.is_file()
    )
    return hashlib.sha256(stamp(sorted(paths)).encode()).hexdigest()[:16]


def looked(before: Watch | None, found: str, now: float) -> tuple[Watch, bool]:
    """The watch after a look, and whether to build: once for each change.

    The first look only remembers: what lies there is left to the build of the morning.
    """
    if before is None:
        return Watch(found, found, now), False
    if found != before.seen:
        return replace(before, seen=found, since=now), False
    is_due = found != before.asked and now - before.since >= QUIET_SECONDS
    return (replace(before, asked=found), True) if is_due else (before, False)
