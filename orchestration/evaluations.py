"""What closed months would be with the data of one date under the policy of another.

Where the policy has changed since a close, data and policy restate it together. Two
runs of the same models take them apart: the data of now under the policy of then, and
the data of then, which the close kept, under the policy of now. Each runs in a
warehouse and a process of its own. What is no longer needed is forgotten: it can be
made again.
"""

import datetime as dt
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from orchestration.closing import (
    ARR_TABLES,
    HEADER,
    SCHEMA,
    copy_raw,
    is_there,
    is_whole,
    ledger_folder,
)
from orchestration.settings import PROJECT, Settings, policy_values

# What is built of the project, and the seeds it rests on.
BUILT = ("+arr_item_months", "+opening_item_months")
MONTHS = f"{SCHEMA}.evaluated_months"
ITEMS = f"{SCHEMA}.arr_evaluations"
# What a policy meant that did not have the key yet.
BEFORE = "inclusive_end_tables=none"
PARSED = "partial_parse.msgpack"
ITEMS_OF_MONTHS = """
    with items as (
        select *, 'closing_arr' as metric,
            closing_arr as arr
        from marts.arr_item_months
        union all by name
        select *, 'opening_arr_12m' as metric, opening_arr_12m as arr
        from marts.opening_item_months
    )
    select ? as evaluation_id, month_start, metric, items.account_id, product_id,
        item_id, is_adjustment, is_held, source_account_id,
        accounts.parent_account_id as source_parent_account_id,
        accounts.merged_into_account_id as source_merged_into_account_id,
        currency, local_arr, plan_rate, arr
    from items
    inner join staging.stg_crm__accounts as accounts
        on items.source_account_id = accounts.account_id
    where list_contains(?, month_start)
"""


class EvaluationError(Exception):
    """A run of the models that failed; the message says which and why."""


@dataclass(frozen=True)
class Evaluation:
    """Raw data as of a date, read under a policy."""

    raw_id: str
    policy_values: str
    as_of: dt.date

    @property
    def evaluation_id(self) -> str:
        """One name for the three."""
        text = f"{self.raw_id} {self.policy_values} {self.as_of}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


Months = dict[Evaluation, set[dt.date]]


def needed(closes: Mapping[dt.date, Evaluation], now: Evaluation) -> Months:
    """The evaluations that take data and policy apart, with the months they are for."""
    found: Months = {}
    for month, then in closes.items():
        is_one_policy = then.policy_values == now.policy_values
        if is_one_policy or replace(now, policy_values=then.policy_values) == then:
            continue
        for data, policy in ((now, then), (then, now)):
            evaluation = replace(data, policy_values=policy.policy_values)
            found.setdefault(evaluation, set()).add(month)
    return found


def make_tables(conn: duckdb.DuckDBPyConnection) -> None:
    """The tables that evaluations are kept in, empty if they are not there."""
    conn.execute(f"create schema if not exists {SCHEMA}")
    conn.execute(
        f"create table if not exists {MONTHS} (evaluation_id varchar, "
        "month_start date, raw_id varchar, policy_values varchar, as_of_date date)"
    )
    conn.execute(
        f"create table if not exists {ITEMS} (evaluation_id varchar, "
        "month_start date, metric varchar, account_id varchar, product_id varchar, "
        "item_id varchar, is_adjustment boolean, is_held boolean, "
        "source_account_id varchar, source_parent_account_id varchar, "
        "source_merged_into_account_id varchar, currency varchar, "
        "local_arr decimal(18, 2), plan_rate decimal(18, 10), arr decimal(18, 2))"
    )


def evaluate(run: Settings, parsed: Path | None = None) -> list[str]:
    """Makes the evaluations that are needed and not there; what failed, in words.

    The door must have been opened for this run. `parsed` is where dbt has parsed the
    project to, if not for this warehouse. A month without its evaluations is restated
    without a split.
    """
    failed = []
    with duckdb.connect(str(run.warehouse)) as conn:
        wanted = _wanted(conn, run)
        _forget(conn, wanted)
        for evaluation, months in wanted.items():
            missing = months - _evaluated(conn, evaluation)
            if not missing:
                continue
            try:
                _make(conn, run, evaluation, missing, parsed or run.artifacts)
            except EvaluationError as error:
                failed.append(str(error))
    return failed


def _wanted(conn: duckdb.DuckDBPyConnection, run: Settings) -> Months:
    raw_id = _present_raw_id(conn)
    if raw_id is None or not is_there(conn, HEADER):
        return {}
    closes = conn.execute(
        f"""
        select month_start, raw_id, policy_values, as_of_date from {SCHEMA}.{HEADER}
        where raw_id is not null and month_start <= ?
        """,
        [run.as_of],
    ).fetchall()
    now = Evaluation(raw_id, policy_values(run.policy), run.as_of)
    return needed({month: Evaluation(*then) for month, *then in closes}, now)


def _present_raw_id(conn: duckdb.DuckDBPyConnection) -> str | None:
    return conn.execute("select raw_id from raw.run").fetchall()[0][0]


def _forget(conn: duckdb.DuckDBPyConnection, wanted: Iterable[Evaluation]) -> None:
    ids = [evaluation.evaluation_id for evaluation in wanted]
    for table in (MONTHS, ITEMS):
        conn.execute(
            f"delete from {table} where not list_contains(?, evaluation_id)", [ids]
        )


def _evaluated(conn: duckdb.DuckDBPyConnection, evaluation: Evaluation) -> set[dt.date]:
    rows = conn.execute(
        f"select month_start from {MONTHS} where evaluation_id = ?",
        [evaluation.evaluation_id],
    ).fetchall()
    return {row[0] for row in rows}


def _make(
    conn: duckdb.DuckDBPyConnection,
    run: Settings,
    evaluation: Evaluation,
    months: set[dt.date],
    parsed: Path,
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if evaluation.raw_id == _present_raw_id(conn):
            raw = folder / "raw"
            copy_raw(conn, ARR_TABLES, raw)
        else:
            raw = _kept_raw(run, evaluation, months)
        warehouse = _build(evaluation, raw, folder, parsed)
        with duckdb.connect(str(warehouse), read_only=True) as built:
            items = built.sql(
                ITEMS_OF_MONTHS, params=[evaluation.evaluation_id, sorted(months)]
            ).to_arrow_table()
    key = [evaluation.raw_id, evaluation.policy_values, evaluation.as_of]
    conn.execute("begin transaction")
    conn.register("evaluated", items)
    conn.execute(f"insert into {ITEMS} by name from evaluated")
    for month in sorted(months):
        conn.execute(
            f"insert into {MONTHS} values (?, ?, ?, ?, ?)",
            [evaluation.evaluation_id, month, *key],
        )
    conn.execute("commit")
    conn.unregister("evaluated")


def _kept_raw(run: Settings, evaluation: Evaluation, months: set[dt.date]) -> Path:
    """The raw rows of a close; EvaluationError where they are not what they were."""
    raw = ledger_folder(run) / "raw" / evaluation.raw_id
    named = ", ".join(f"{month:%Y-%m}" for month in sorted(months))
    if not raw.exists():
        raise EvaluationError(f"{raw} is gone: the raw rows of the close of {named}.")
    if not is_whole(raw):
        raise EvaluationError(
            f"{raw} is not what it was at the close of {named}: put the folder back as "
            "it was; until then data and policy are not told apart."
        )
    return raw


def _build(evaluation: Evaluation, raw: Path, folder: Path, parsed: Path) -> Path:
    """The warehouse of an evaluation, built in a process of its own."""
    environment = {
        "EXPANSION_RAW": str(raw),
        "EXPANSION_AS_OF": evaluation.as_of.isoformat(),
        "EXPANSION_POLICY": f"{BEFORE},{evaluation.policy_values}",
    }
    run = subprocess.run(
        [sys.executable, "-m", "orchestration.evaluations", str(parsed), str(folder)],
        cwd=PROJECT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise EvaluationError(
            f"{raw.name} as of {evaluation.as_of} under {evaluation.policy_values} "
            f"could not be evaluated: {(run.stdout + run.stderr)[-500:]}"
        )
    [warehouse] = folder.glob("*.duckdb")
    return warehouse


def main(parsed: Path, folder: Path) -> int:
    """Builds the tables that ARR comes from, in a warehouse in the folder."""
    # The door imports this module: dbt must not come with it.
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    manifest = Manifest.from_msgpack((parsed / PARSED).read_bytes())
    # Models of usage read the graph of models, which is not kept with the project.
    manifest.build_flat_graph()
    # Relations carry the name of the file that the project was parsed for.
    database = next(iter(manifest.nodes.values())).database
    os.environ["EXPANSION_WAREHOUSE"] = str(folder / f"{database}.duckdb")
    here = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    paths = ["--target-path", str(folder / "target"), "--log-path", str(folder)]
    only = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    done = dbtRunner(manifest=manifest).invoke(
        ["build", "--quiet", "--select", *BUILT, *only, *here, *paths]
    )
    return 0 if done.success else 1


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
