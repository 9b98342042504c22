"""What one run is about, read from the environment here and nowhere else."""

import csv
import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DEMO_RAW = PROJECT / "seeds" / "raw"
DEMO_AS_OF = dt.date(2026, 6, 30)
POLICY = PROJECT / "seeds" / "policy" / "metric_policy.csv"
# A file's name is its catalog's: with the name of a schema, none could be found in it.
SCHEMAS = {"raw", "staging", "quarantine", "policy", "intermediate", "ledger"}
NO_NAMES = SCHEMAS | {"marts", "decisions", "main", "memory", "temp", "system"}

# The name is an identifier in the SQL of others, who do not all quote it.
NO_SIGNS = set("\"'`;{}%\\") | {chr(number) for number in range(32)}


class SettingsError(ValueError):
    """A setting that cannot be used; the message is one sentence for the person."""


@dataclass(frozen=True)
class Settings:
    """Where a run reads and writes, and the date it speaks of."""

    raw: str
    warehouse: Path
    as_of: dt.date
    policy: dict[str, str]
    target: str
    # Whoever knows it can post there: it is shown nowhere.
    alert_webhook: str | None = field(default=None, repr=False)
    reports: Path = Path("data/reports")
    published: Path = PROJECT / "data" / "published"
    snapshots: int = 5
    zone: str = "UTC"
    # May hold a password: it is shown nowhere.
    postgres: str | None = field(default=None, repr=False)
    postgres_reader: str = "expansion_reader"

    @property
    def artifacts(self) -> Path:
        """Where dbt parses the project to and says what became of this warehouse."""
        return self.warehouse.with_name(f"{self.warehouse.stem}.target")


def settings() -> Settings:
    """The settings of this process.

    EXPANSION_RAW        folder in the raw contract, or `schema:<name>` for the tables
                         raw_<domain>__<objects> of a schema in the warehouse file
    EXPANSION_WAREHOUSE  DuckDB file, data/warehouse.duckdb by default
    EXPANSION_AS_OF      ISO date; the demo company's, or yesterday UTC for other data
    EXPANSION_POLICY     key=value,... instead of seeds/policy/metric_policy.csv
    EXPANSION_TARGET     dbt target, `duckdb` by default
    EXPANSION_TIME_ZONE  zone in which timestamps with a zone are read as dates, UTC
    EXPANSION_ALERT_WEBHOOK  where alerts are posted as JSON; nowhere by default
    EXPANSION_REPORTS    folder of workbooks, `reports` beside the warehouse by default
    EXPANSION_PUBLISHED  folder of snapshots; `published` beside the warehouse
    EXPANSION_SNAPSHOTS  how many of them stay, 5 by default, at least 2
    EXPANSION_POSTGRES   conninfo of the database `make publish-postgres` writes to
    EXPANSION_POSTGRES_READER  the role that may read there, expansion_reader by default
    """
    raw = os.environ.get("EXPANSION_RAW") or str(DEMO_RAW)
    if not raw.startswith("schema:"):
        raw = str(Path(raw).resolve())
    place = os.environ.get("EXPANSION_WAREHOUSE") or "data/warehouse.duckdb"
    warehouse = (PROJECT / place).resolve()
    if warehouse.stem.lower() in NO_NAMES or set(warehouse.stem) & NO_SIGNS:
        raise SettingsError(
            f"EXPANSION_WAREHOUSE is '{place}': expected a file that is not named like "
            "a schema and has no quotes in its name, such as warehouse.duckdb."
        )
    if warehouse.is_dir():
        raise SettingsError(
            f"EXPANSION_WAREHOUSE is '{place}': that is a folder, expected a file such "
            "as warehouse.duckdb in it."
        )
    reports = os.environ.get("EXPANSION_REPORTS")
    published = os.environ.get("EXPANSION_PUBLISHED") or warehouse.parent / "published"
    reader = os.environ.get("EXPANSION_POSTGRES_READER")
    return Settings(
        raw=raw,
        warehouse=warehouse,
        as_of=_as_of(os.environ.get("EXPANSION_AS_OF"), raw),
        policy=_policy(os.environ.get("EXPANSION_POLICY", "")),
        target=os.environ.get("EXPANSION_TARGET") or "duckdb",
        alert_webhook=os.environ.get("EXPANSION_ALERT_WEBHOOK") or None,
        reports=(PROJECT / reports) if reports else warehouse.parent / "reports",
        published=(PROJECT / published).resolve(),
        snapshots=_snapshots(os.environ.get("EXPANSION_SNAPSHOTS") or "5"),
        zone=os.environ.get("EXPANSION_TIME_ZONE") or "UTC",
        postgres=os.environ.get("EXPANSION_POSTGRES") or None,
        postgres_reader=reader or Settings.postgres_reader,
    )


def shown(path: Path) -> str:
    """A path as a person of this project would write it."""
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)


def _as_of(text: str | None, raw: str) -> dt.date:
    if text:
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise SettingsError(
                f"EXPANSION_AS_OF is '{text}': expected a date such as 2026-06-30."
            ) from None
    if raw == str(DEMO_RAW):
        return DEMO_AS_OF
    return dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)


def _snapshots(text: str) -> int:
    """At least two: who reads the one before while it is replaced may finish."""
    if not text.isdecimal() or int(text) < 2:
        raise SettingsError(
            f"EXPANSION_SNAPSHOTS is '{text}': expected a whole number from 2."
        )
    return int(text)


def policy_in_force(overrides: Mapping[str, str]) -> dict[str, str]:
    """Every value of the highest version of the policy, with what a run overrides."""
    with POLICY.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    latest = max(row["policy_version"] for row in rows)
    values = {
        row["policy_key"]: row["value"]
        for row in rows
        if row["policy_version"] == latest
    }
    return values | {**overrides}


def policy_values(overrides: Mapping[str, str]) -> str:
    """Every value of the policy in force, as EXPANSION_POLICY takes them, by key."""
    values = sorted(policy_in_force(overrides).items())
    return ",".join(f"{key}={value}" for key, value in values)


def _policy(text: str) -> dict[str, str]:
    """Overrides by policy key; SettingsError for a key the policy does not have."""
    overrides: dict[str, str] = {}
    with POLICY.open(newline="", encoding="utf-8") as lines:
        known = {row["policy_key"] for row in csv.DictReader(lines)}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        key, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or not value or key not in known:
            raise SettingsError(
                f"EXPANSION_POLICY has '{pair}': expected key=value with a key of "
                f"{', '.join(sorted(known))}."
            )
        overrides[key] = value
    return overrides
