"""Secrets are in no message, and nothing is reported to anybody.

Of a conninfo that is quoted wrongly the library takes parts of the password for a host,
an option or a database, and names them in what it says.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
import yaml

from orchestration.postgres import main
from orchestration.publish import publish
from orchestration.settings import PROJECT, settings
from tests.python.small_warehouse import write_warehouse

# Each contains the password s3cr3t, alone or among other signs.
CONNINFOS = [
    "postgresql://ann:s3cr3t@127.0.0.1:1/db",
    "postgresql://ann:s3cr3t@x@127.0.0.1:1/db",
    "postgresql://ann:a/s3cr3t@127.0.0.1:1/db",
    "postgresql://ann:a#s3cr3t@127.0.0.1:1/db",
    "postgresql://ann:a?s3cr3t@127.0.0.1:1/db",
    "postgresql://ann:%s3cr3t@127.0.0.1:1/db",
    "postgresql://ann:a%20s3cr3t@127.0.0.1:1/db?what=s3cr3t",
    "postgresql://ann:s3cr3t",
    "postgresql://ann@127.0.0.1:s3cr3t/db",
    "postgresql://[s3cr3t/db",
    "postgres://ann:s3cr3t@s3cr3t.invalid/db",
    "postgresql://127.0.0.1:1/db?password=s3cr3t&sslmode=s3cr3t",
    "host=127.0.0.1 port=1 user=ann password=s3cr3t",
    "host=127.0.0.1 port=1 password=a s3cr3t",
    "host=127.0.0.1 port=1 password='s3cr3t",
    "host=127.0.0.1 port=1 password='a' s3cr3t'",
    "host = 127.0.0.1 port = 1 password = 'a b' s3cr3t=1",
    "host=127.0.0.1 port=s3cr3t",
    "host=s3cr3t.invalid",
    "password=s3cr3t hostaddr=s3cr3t",
    "hosst=127.0.0.1 password=s3cr3t",
    "s3cr3t",
    "service=s3cr3t",
    "host=127.0.0.1 port=1 sslmode=verify-full sslrootcert=/s3cr3t",
    "host=127.0.0.1 port=1 password=s3cr3t connect_timeout=s3cr3t",
    "host=127.0.0.1 port=1 password=s3cr3t options='-c s3cr3t'",
    "mysql://ann:s3cr3t@127.0.0.1/db",
]


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A snapshot to publish further."""
    monkeypatch.setenv("EXPANSION_WAREHOUSE", str(tmp_path / "own.duckdb"))
    write_warehouse(settings().warehouse, 1)
    publish(settings())
    return tmp_path


@pytest.mark.parametrize("conninfo", CONNINFOS, ids=range(len(CONNINFOS)))
def test_no_part_of_a_conninfo_is_shown(
    published: Path,
    conninfo: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    monkeypatch.setenv("EXPANSION_POSTGRES", conninfo)
    assert main() == 1
    out, err = capfd.readouterr()
    assert len(err.strip().splitlines()) == 1 and "EXPANSION_POSTGRES" in err
    for text in (out, err, caplog.text, repr(settings())):
        assert "s3cr3t" not in text and conninfo not in text
    manifest = (published / "published" / "current" / "manifest.json").read_text()
    assert "s3cr3t" not in manifest


def test_nothing_is_reported_by_whatever_starts_here(
    definitions: dg.Definitions, parsed: Path
) -> None:
    assert definitions
    names = ("DAGSTER_DISABLE_TELEMETRY", "DO_NOT_TRACK")
    clean = {name: value for name, value in os.environ.items() if name not in names}
    code = (
        "import json, os, orchestration.definitions\n"
        "from dagster._core.telemetry_upload import is_running_in_test\n"
        f"print(json.dumps([is_running_in_test(), *(os.environ[n] for n in {names})]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env=clean | {"EXPANSION_WAREHOUSE": str(parsed / "own.duckdb")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout.splitlines()[-1]) == [True, "1", "1"]
    flags = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["flags"]
    assert flags["send_anonymous_usage_stats"] is False


def test_dagster_reports_nothing_without_make(monkeypatch: pytest.MonkeyPatch) -> None:
    """`dagster dev` takes its instance from the folder it is started in."""
    from dagster._cli.utils import get_possibly_temporary_instance_for_cli

    for name in ("DAGSTER_HOME", "DAGSTER_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(PROJECT)
    with get_possibly_temporary_instance_for_cli("a test") as instance:
        assert instance.telemetry_enabled is False
        # For the processes it starts, whatever DAGSTER_HOME they have.
        assert os.environ["DAGSTER_DISABLE_TELEMETRY"] == "1"
        assert os.environ["DO_NOT_TRACK"] == "1"
