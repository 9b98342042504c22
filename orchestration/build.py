"""`make build`: the whole graph once, in this process, with a summary at the end."""

import contextlib
import hashlib
import io
import json
import logging
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
from dbt.cli.main import dbtRunner

from orchestration.door import DoorError, open_door
from orchestration.settings import PROJECT, Settings, SettingsError, settings

RUN_RESULTS = PROJECT / "target" / "run_results.json"
NODE_DONE = re.compile(r"(\d+) of (\d+) (OK|PASS|WARN|FAIL|ERROR|SKIP)\s*(.*?) \.{2,}")


class Progress(io.TextIOBase):
    """Turns dbt's log into one line per table; tests show only when they fail."""

    def __init__(self, out: Any) -> None:
        self.out = out

    def write(self, text: str) -> int:
        for line in text.splitlines():
            done = NODE_DONE.search(line)
            if done and done[3] != "PASS":
                place = f"{done[1]:>4} of {done[2]}"
                self.out.write(f"{place}  {done[3].lower():<5}  {done[4]}\n")
                self.out.flush()
        return len(text)


def export(run: Settings) -> None:
    """Hands the settings, with their defaults, to the processes this one starts."""
    os.environ |= {
        "EXPANSION_RAW": run.raw,
        "EXPANSION_WAREHOUSE": str(run.warehouse),
        "EXPANSION_AS_OF": run.as_of.isoformat(),
        "EXPANSION_TARGET": run.target,
        "DAGSTER_DISABLE_TELEMETRY": "1",
    }


def open_first(run: Settings) -> None:
    """Opens the door before anything else runs, so that bad data costs no time."""
    is_new = not run.warehouse.exists()
    run.warehouse.parent.mkdir(parents=True, exist_ok=True)
    try:
        with duckdb.connect(str(run.warehouse)) as conn:
            open_door(conn, run)
    except DoorError:
        if is_new:
            run.warehouse.unlink(missing_ok=True)
        raise


def materialise() -> list[str]:
    """Runs every asset in process; what went wrong, one text a failed step."""
    RUN_RESULTS.unlink(missing_ok=True)
    parsed = dbtRunner().invoke(
        ["parse", "--quiet", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    )
    if not parsed.success:
        raise SystemExit(f"dbt could not parse the project: {parsed.exception}")
    from orchestration.definitions import defs

    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with contextlib.redirect_stdout(Progress(sys.stdout)):
        result = defs.resolve_job_def("build_all").execute_in_process(
            run_config=quiet, raise_on_error=False
        )
    failures = [event.step_failure_data.error for event in result.get_step_failure_events()]
    return [str(error.cause or error) for error in failures if error]


def run_results() -> list[dict[str, Any]]:
    """What dbt says of each node of this run; nothing when it did not come to its end."""
    if not RUN_RESULTS.exists():
        return []
    return json.loads(RUN_RESULTS.read_text(encoding="utf-8"))["results"]


def marts_hash(conn: duckdb.DuckDBPyConnection) -> str:
    """One hash over all rows of all marts, whatever their order."""
    marts = conn.execute(
        """
        select table_name from information_schema.tables
        where table_schema = 'marts' order by table_name
        """
    ).fetchall()
    sums = [
        conn.execute(
            f"select '{mart}', count(*), sum(cast(hash(m) as hugeint)) "
            f'from marts."{mart}" as m'
        ).fetchall()
        for (mart,) in marts
    ]
    return hashlib.sha256(str(sums).encode()).hexdigest()[:16]


def summary(run: Settings, seconds: float) -> str:
    """What came in, what was refused, what passed, and the headline figures."""
    results = run_results()
    tests = [r for r in results if r["unique_id"].startswith("test.")]
    failed = [r["unique_id"].split(".")[2] for r in results if _has_failed(r)]
    passed = sum(r["status"] == "pass" for r in tests)
    lines = [f"as of {run.as_of}, built in {seconds:.0f} s"]
    with duckdb.connect(str(run.warehouse), read_only=True) as conn:
        for label, query in SUMMARY_LINES:
            try:
                row = conn.execute(query).fetchall()
            except duckdb.CatalogException:
                row = []
            lines.append(f"{label:<18}{row[0][0] if row and row[0][0] else '-'}")
        lines.append(f"{'marts hash':<18}{marts_hash(conn)}")
    lines.insert(3, f"{'checks':<18}{passed} passed, {len(tests) - passed} failed")
    lines += [f"{'failed':<18}{name}" for name in failed]
    lines.append(f"{'warehouse':<18}{_shown(run.warehouse)}, schema marts")
    return "\n".join(lines)


SUMMARY_LINES = (
    (
        "rows in",
        """
        select format('{:,} in {} tables', sum(n_raw_rows)::bigint,
            count(*) filter (where n_raw_rows > 0))
        from marts.data_quality_summary
        """,
    ),
    (
        "quarantined",
        """
        select format('{:,} refused, {:,} duplicates', sum(n_quarantined_rows)::bigint,
            sum(n_duplicate_rows)::bigint)
        from marts.data_quality_summary
        """,
    ),
    (
        "ARR",
        """
        select format('{:t,} {} at the end of {}', closing_arr,
            (select any_value(reporting_currency) from staging.stg_policy__metric_policy),
            strftime(month_start, '%B %Y'))
        from marts.arr_bridge_months where scope_type = 'company'
        order by month_start desc limit 1
        """,
    ),
    (
        "NRR, 12 months",
        """
        select format('{:.1f} % of {:t,} ({:,} accounts)', 100 * value, denominator,
            n_accounts)
        from marts.retention_months
        where scope_type = 'company' and metric_id = 'net_revenue_retention_12m'
        order by month_start desc limit 1
        """,
    ),
    (
        "GRR, 12 months",
        """
        select format('{:.1f} %', 100 * value)
        from marts.retention_months
        where scope_type = 'company' and metric_id = 'gross_revenue_retention_12m'
        order by month_start desc limit 1
        """,
    ),
)


def _has_failed(result: dict[str, Any]) -> bool:
    return result["status"] in ("fail", "error", "skipped", "runtime error")


def _shown(path: Path) -> str:
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)


def main() -> int:
    started = time.monotonic()
    try:
        run = settings()
        export(run)
        open_first(run)
    except (SettingsError, DoorError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Building {_shown(Path(run.raw))} as of {run.as_of}")
    failures = materialise()
    if not run_results():
        print("\n".join(failures), file=sys.stderr)
        return 1
    print(summary(run, time.monotonic() - started))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
