"""`make docs`: a page for each definition, and dbt's own pages with the lineage."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import yaml

from decisions.contracts import CONTRACTS
from orchestration import last_build
from orchestration.faults import one_sentence
from orchestration.seeds import seed
from orchestration.settings import PROJECT, Settings, SettingsError, settings, shown
from reports.pages import Known, Table, site

SEEDS = (
    *("metrics", "signals", "plays", "trigger_rules", "decisions"),
    *("signal_guards", "outreach_openings"),
)
# The one number of the company that a mart has of a metric, over which rows of a month.
LAST_MONTH = """
    select {what}, strftime(max(month_start), '%B %Y') as month from marts.{mart}
    where {rows} and month_start = (select max(month_start) from marts.{mart})
"""
NOW = "select {what}, 'at the as-of date' as month from marts.{mart}"
COMPANY = "scope_type = 'company'"
VALUES = {
    "accounts": ("sum({column_name}) as value", None),
    "arr_account_months": ("sum({column_name}) as value", "true"),
    "expansion_drivers": ("sum(arr_delta) as value", "arr_delta > 0"),
    "expansion_months": ("max({column_name}) as value", COMPANY),
    "executive_alignment": ("sum(aligned_arr) / sum(closing_arr) as value", "true"),
    "retention_months": (
        "max(value) as value, max(numerator) as numerator, "
        "max(denominator) as denominator, max(unknown_arr) as unknown_arr, "
        "max(n_unknown_accounts) as n_unknown_accounts",
        f"{COMPANY} and metric_id = '{{metric_id}}'",
    ),
}
FACTS = {
    "backtests": "from marts.signal_backtest order by signal",
    "effects": "from marts.play_effectiveness order by play, measure",
    "fired": """
        select signal, count(*) filter (where is_fired) as n_fired,
            count(*) filter (where is_fired and is_suppressed) as n_suppressed
        from marts.account_signals
        where month_start = (select max(month_start) from marts.account_signals)
        group by signal
    """,
    "ready": """
        select play, count(priority) as n_ready,
            sum(expected_arr) filter (where priority is not null) as expected_arr,
            count(*) filter (where is_holdout) as n_held_out
        from marts.expansion_queue
        group by play
    """,
    "triggers": "from decisions.review_triggers",
    "users": "select user_id, user_name from staging.stg_crm__users",
    "run": "from staging.stg_policy__metric_policy",
}
# Apart from what builds leave there; relative, so that no page names a machine's path.
TARGET = "target/docs"
# What of dbt's page changes with the run or the machine though nothing did.
STAMPS = re.compile(
    r'"(generated_at|invocation_id|invocation_started_at|run_started_at|created_at'
    r'|user_id|root_path)": ("[^"]*"|[\d.]+|null)'
)
# The catalog of a page that was made without the warehouse.
EMPTY = '"nodes": {}, "sources": {}'
# dbt's page works by scripts of its own, in the page; nothing comes from elsewhere.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'unsafe-inline'; img-src data:; font-src data:"
)


class DocsError(Exception):
    """Pages that cannot be written; the message is one sentence for the person."""


def rows_of(conn: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """The rows of a query; none where the warehouse lacks a table."""
    try:
        result = conn.execute(query)
    except duckdb.CatalogException:
        return []
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def values(
    conn: duckdb.DuckDBPyConnection, metrics: list[dict[str, str]]
) -> list[dict[str, Any]]:
    """What each metric is for the company as a whole, where there is such a number."""
    return [
        {"metric_id": metric["metric_id"]} | fact
        for metric in metrics
        if metric["mart"] in VALUES
        for fact in rows_of(conn, _value_query(metric))
    ]


def _value_query(metric: dict[str, str]) -> str:
    what, rows = VALUES[metric["mart"]]
    query = NOW if rows is None else LAST_MONTH.replace("{rows}", rows)
    return query.replace("{what}", what).format(**metric)


def tables(manifest: dict[str, Any]) -> dict[str, Table]:
    """The tables people read, as dbt and the contracts of decisions describe them."""
    marts = {
        node["name"]: Table(
            True,
            {name: column["description"] for name, column in node["columns"].items()},
            {
                name: [block.rsplit(".")[-1] for block in column["doc_blocks"]]
                for name, column in node["columns"].items()
            },
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == "marts"
    }
    contracts = yaml.safe_load(CONTRACTS.read_text(encoding="utf-8"))
    decided = {
        name: Table(
            False,
            {key: column["description"] for key, column in table["columns"].items()},
            {},
        )
        for name, table in contracts.items()
    }
    return marts | decided


def known(
    conn: duckdb.DuckDBPyConnection, manifest: dict[str, Any], doubt: str = ""
) -> Known:
    """What the pages are made of."""
    seeds = {name: seed(name) for name in SEEDS}
    facts = {name: rows_of(conn, query) for name, query in FACTS.items()}
    if not facts["run"]:
        raise DocsError("The warehouse lacks its tables: run make build.")
    [run] = facts["run"]
    return Known(
        seeds=seeds,
        tables=tables(manifest),
        words={doc["name"]: doc["block_contents"] for doc in manifest["docs"].values()},
        facts=facts | {"values": values(conn, seeds["metrics"])},
        as_of=str(run["as_of_date"]),
        currency=run["reporting_currency"],
        doubt=doubt,
    )


def described() -> tuple[str, dict[str, Any]]:
    """dbt's page and its manifest, made without the warehouse, which may be busy."""
    dbt = str(Path(sys.executable).with_name("dbt"))
    options = ["--target", "memory", "--empty-catalog", "--target-path", TARGET]
    done = subprocess.run(
        [dbt, "--quiet", "docs", "generate", "--static", *options],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DocsError(f"dbt could not write its pages: {done.stdout.strip()}")
    page, manifest = (
        (PROJECT / TARGET / name).read_text(encoding="utf-8")
        for name in ("static_index.html", "manifest.json")
    )
    return page, json.loads(manifest)


def catalog(
    conn: duckdb.DuckDBPyConnection, manifest: dict[str, Any]
) -> dict[str, Any]:
    """The columns and types of every table of the warehouse, as dbt's page reads it."""
    columns: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows_of(
        conn,
        """
        select table_schema, table_name, column_name, data_type, ordinal_position
        from information_schema.columns
        order by table_schema, table_name, ordinal_position
        """,
    ):
        schema, table, name, kind, index = row.values()
        column = {"name": name, "type": kind.lower(), "index": index, "comment": None}
        columns.setdefault((schema, table), {})[name] = column
    return {
        unique_id: {
            "metadata": {
                "type": "table",
                "schema": node["schema"],
                "name": node["name"],
                "database": None,
                "comment": None,
                "owner": None,
            },
            "columns": columns[node["schema"], node["name"]],
            "stats": {},
            "unique_id": unique_id,
        }
        for unique_id, node in manifest["nodes"].items()
        if (node["schema"], node["name"]) in columns
    }


def lineage(page: str, nodes: dict[str, Any]) -> str:
    """dbt's page as it is each time the project is the same, asking no other host."""
    page = page.replace(EMPTY, f'"nodes": {json.dumps(nodes)}, "sources": {{}}')
    settled = STAMPS.sub(r'"\1": null', page)
    # Tables as any warehouse file has them.
    settled = settled.replace('\\"memory\\".', "")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    return settled.replace("<head>", f"<head>{policy}", 1)


def write(run: Settings) -> Path:
    """Writes the site anew; where it is."""
    if not run.warehouse.exists():
        raise DocsError(f"There is no {shown(run.warehouse)}: run make build.")
    page, manifest = described()
    with duckdb.connect(str(run.warehouse), read_only=True) as conn:
        pages = site(known(conn, manifest, last_build.doubt(run) or ""))
        columns = catalog(conn, manifest)
    folder = run.warehouse.parent / "docs"
    half = folder.with_suffix(".half")
    shutil.rmtree(half, ignore_errors=True)
    for path, text in (pages | {"lineage.html": lineage(page, columns)}).items():
        file = half / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    half.rename(folder)
    return folder / "index.html"


@one_sentence
def main() -> int:
    try:
        print(shown(write(settings())))
    except (DocsError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
