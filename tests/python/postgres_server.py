"""A PostgreSQL of the test's own: started from Debian's package, stopped at the end."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

INSTALL = "PostgreSQL is not installed: apt-get install postgresql."
PATIENCE_SECONDS = 30.0


def binaries() -> Path | None:
    """The newest PostgreSQL of this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    return found[-1].parent if found else None


def _version(path: Path) -> int:
    return int(path.parent.parent.name)


@contextmanager
def postgres(bin_folder: Path) -> Iterator[str]:
    """The conninfo of a new server on a socket nobody else sees.

    It refuses to run as root: then it runs as the user of Debian's package.
    """
    owner = pwd.getpwnam("postgres") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    # Not below the test's folder, which only root may enter; short, as sockets want.
    folder = Path(tempfile.mkdtemp(prefix="expansion-pg-"))
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    become = {"user": owner.pw_uid, "group": owner.pw_gid} if os.getuid() == 0 else {}
    data = folder / "data"
    server = None
    try:
        subprocess.run(
            [
                *(bin_folder / "initdb", "--pgdata", data, "--username", "tester"),
                *("--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"),
            ],
            cwd=folder,
            check=True,
            capture_output=True,
            **become,
        )
        server = subprocess.Popen(
            [
                *(bin_folder / "postgres", "-D", data, "-k", folder),
                *("-c", "listen_addresses=", "-c", "fsync=off"),
            ],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **become,
        )
        conninfo = f"host={folder} dbname=postgres user=tester"
        _wait(server, conninfo)
        yield conninfo
    finally:
        if server:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
        shutil.rmtree(folder)


def _wait(server: subprocess.Popen[bytes], conninfo: str) -> None:
    """Until it answers; raises what it said last when it does not."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            psycopg.connect(conninfo).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > until or server.poll() is not None:
                raise
            time.sleep(0.05)
