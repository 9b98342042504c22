"""`make publish-postgres`: the current snapshot in a PostgreSQL that others read.

The tables are copied into schemas that nobody reads, which then get the names of those
they replace, all in one transaction; the old ones go when their last reader is done.
"""

import re
import sys
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Composable, Identifier, Literal

from orchestration.faults import one_sentence
from orchestration.publish import CURRENT, SCHEMAS, PublishError, read_manifest
from orchestration.settings import Settings, SettingsError, settings, shown

TYPES = {
    "BOOLEAN": "boolean",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "DOUBLE": "double precision",
    "DATE": "date",
    "VARCHAR": "text",
}
DECIMAL = re.compile(r"DECIMAL(\(\d+,\d+\))")
# The schemas say whose they are: no others are replaced or dropped.
OURS = "expansion-playbook"
CHUNK = 1 << 20
PATIENCE = "10s"

# Why there is no connection, by words in what libpq says of it. Its own sentences name
# hosts, users and options: with a password that is not quoted right, parts of that.
REFUSALS = {
    "password": "the user or password is not accepted",
    "authentication": "the user or password is not accepted",
    "not permitted to log in": "the role is not permitted to log in",
    "translate host name": "the host is not known",
    "resolve host": "the host is not known",
    "refused": "nobody answers at the host and port",
    "No such file": "nobody answers at the socket",
    "timeout": "the host gives no answer",
    "database": "the database is not there",
    "role": "the role is not there",
    "SSL": "the encrypted connection is not accepted",
    "certificate": "the encrypted connection is not accepted",
    "pg_hba": "the server lets nobody in from here",
}

Connection = psycopg.Connection[Any]


def publish_postgres(run: Settings) -> str:
    """Publishes the current snapshot; its id. Nothing is changed if it fails."""
    if not run.postgres:
        raise SettingsError(
            "EXPANSION_POSTGRES is not set: expected a conninfo such as "
            "'host=... dbname=... user=...'."
        )
    # One folder for all files: `current` may turn while they are read.
    folder = (run.published / CURRENT).resolve()
    if not folder.exists():
        raise PublishError(f"{shown(run.published)} holds no snapshot: make build.")
    manifest = read_manifest(folder)
    with _connection(run.postgres) as conn:
        _refuse_second_publisher(conn)
        _drop_replaced(conn)
        _refuse_what_would_break(conn)
        reader = Identifier(run.postgres_reader)
        with conn.transaction():
            _make_reader(conn, run.postgres_reader)
            for schema in SCHEMAS:
                _create(conn, schema, manifest["run_id"], reader)
            for table in manifest["tables"]:
                _copy(conn, table, folder, reader)
            for schema in SCHEMAS:
                _swap(conn, schema)
        _drop_replaced(conn)
    return str(manifest["run_id"])


def _connection(conninfo: str) -> Connection:
    """A connection, or PublishError with nothing of the conninfo in it."""
    try:
        conninfo_to_dict(conninfo)
    except Exception:
        is_readable = False
    else:
        is_readable = True
    if not is_readable:
        raise SettingsError(
            "EXPANSION_POSTGRES is no conninfo: expected 'host=... dbname=... user=...'"
            " or postgresql://user@host/dbname, with quotes or %-codes around what is "
            "special in a password."
        )
    try:
        return psycopg.connect(conninfo, autocommit=True, client_encoding="utf8")
    except Exception as error:
        said = str(error)
    because = next((why for word, why in REFUSALS.items() if word in said), "")
    raise PublishError(
        f"PostgreSQL could not be reached: {because or 'the connection failed'}. "
        "EXPANSION_POSTGRES says where it is."
    )


def _refuse_second_publisher(conn: Connection) -> None:
    """The lock is the session's: it goes with it, however it ends."""
    if not _value(conn, "select pg_try_advisory_lock(hashtext({}))", Literal(OURS)):
        raise PublishError("Somebody else is publishing to this database: wait for it.")


def _refuse_what_would_break(conn: Connection) -> None:
    """Schemas that are not ours stay; so do tables that somebody's view stands on."""
    for schema in SCHEMAS:
        if _has(conn, schema) and not _is_ours(conn, schema):
            raise PublishError(
                f"Schema {schema} is in the database already and was not made by "
                f"{OURS}: give it another name, or publish to another database."
            )
        if _has(conn, f"{schema}_old"):
            raise PublishError(
                f"Schema {schema}_old cannot be dropped while it is read: try again "
                "when that is done."
            )
    view = _value(
        conn,
        """
        select min(concat(relied.nspname, '.', views.relname))
        from pg_depend
        inner join pg_rewrite on pg_depend.objid = pg_rewrite.oid
        inner join pg_class as views on pg_rewrite.ev_class = views.oid
        inner join pg_namespace as relied on views.relnamespace = relied.oid
        inner join pg_class as tables on pg_depend.refobjid = tables.oid
        inner join pg_namespace as ours on tables.relnamespace = ours.oid
        where ours.nspname in ({}) and views.oid <> tables.oid
        """,
        SQL(", ").join(Literal(schema) for schema in SCHEMAS),
    )
    if view:
        raise PublishError(
            f"View {view} stands on a published table, which could not be replaced "
            "under it: drop the view."
        )


def _make_reader(conn: Connection, reader: str) -> None:
    """A role people are given; nobody signs in as it."""
    found = "select count(*) from pg_roles where rolname = {}"
    if not _value(conn, found, Literal(reader)):
        _run(conn, "create role {} nologin", Identifier(reader))


def _create(conn: Connection, schema: str, run_id: str, reader: Identifier) -> None:
    name = Identifier(f"{schema}_next")
    _run(conn, "create schema {}", name)
    _run(conn, "comment on schema {} is {}", name, Literal(f"{OURS} {run_id}"))
    _run(conn, "grant usage on schema {} to {}", name, reader)


def _copy(
    conn: Connection, table: dict[str, Any], folder: Path, reader: Identifier
) -> None:
    """A table from its CSV, which writes null and the empty text as PostgreSQL does."""
    name = Identifier(f"{table['schema']}_next", table["table"])
    columns = SQL(", ").join(
        SQL("{} {}").format(Identifier(column["name"]), _type(table, column))
        for column in table["columns"]
    )
    _run(conn, "create table {} ({})", name, columns)
    _run(conn, "grant select on {} to {}", name, reader)
    statement = SQL("copy {} from stdin (format csv, header)").format(name)
    with (
        (folder / table["csv"]["file"]).open("rb") as file,
        conn.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        while chunk := file.read(CHUNK):
            copy.write(chunk)
    for column in table["columns"]:
        if column["type"] == "VARCHAR":
            # A CSV guards texts that a spreadsheet would take for formulas.
            text = Identifier(column["name"])
            _run(
                conn,
                "update {} set {} = substr({}, 2) where starts_with({}, chr(39))",
                *(name, text, text, text),
            )
    arrived = _value(conn, "select count(*) from {}", name)
    if arrived != table["rows"]:
        raise PublishError(
            f"{table['schema']}.{table['table']} has {table['rows']} rows, of which "
            f"{arrived} arrived: nothing was published."
        )


def _type(table: dict[str, Any], column: dict[str, str]) -> Composable:
    """The type that holds exactly the same values."""
    if found := DECIMAL.fullmatch(column["type"]):
        return SQL(f"numeric{found[1]}")
    if column["type"] not in TYPES:
        raise PublishError(
            f"{table['schema']}.{table['table']}: no type of PostgreSQL is known for "
            f"{column['type']} of {column['name']}."
        )
    return SQL(TYPES[column["type"]])


def _swap(conn: Connection, schema: str) -> None:
    """Only names change: no reader is waited for, and none waits."""
    if _has(conn, schema):
        _rename(conn, schema, f"{schema}_old")
    _rename(conn, f"{schema}_next", schema)


def _rename(conn: Connection, schema: str, name: str) -> None:
    _run(conn, "alter schema {} rename to {}", Identifier(schema), Identifier(name))


def _drop_replaced(conn: Connection) -> None:
    """Drops what was replaced; what is still read stays until the next publish."""
    for schema in (f"{name}_old" for name in SCHEMAS):
        if not _has(conn, schema) or not _is_ours(conn, schema):
            continue
        found = "select tablename from pg_tables where schemaname = {}"
        try:
            with conn.transaction():
                _run(conn, "set local lock_timeout = {}", Literal(PATIENCE))
                # Without cascade: what others made on our tables is theirs.
                for (table,) in _rows(conn, found, Literal(schema)):
                    _run(conn, "drop table {}", Identifier(schema, table))
                _run(conn, "drop schema {}", Identifier(schema))
        except psycopg.errors.LockNotAvailable:
            continue


def _has(conn: Connection, schema: str) -> bool:
    found = "select count(*) from pg_namespace where nspname = {}"
    return bool(_value(conn, found, Literal(schema)))


def _is_ours(conn: Connection, schema: str) -> bool:
    found = (
        "select obj_description(oid, 'pg_namespace') from pg_namespace "
        "where nspname = {}"
    )
    return str(_value(conn, found, Literal(schema))).startswith(OURS)


def _value(conn: Connection, query: str, *parts: Composable) -> Any:
    return _rows(conn, query, *parts)[0][0]


def _rows(conn: Connection, query: str, *parts: Composable) -> list[Any]:
    return conn.execute(SQL(query).format(*parts)).fetchall()


def _run(conn: Connection, statement: str, *parts: Composable) -> None:
    conn.execute(SQL(statement).format(*parts))


@one_sentence
def main() -> int:
    """What went wrong is said in one sentence, without the conninfo."""
    try:
        run = settings()
        run_id = publish_postgres(run)
    except (SettingsError, PublishError) as error:
        print(error, file=sys.stderr)
        return 1
    except psycopg.Error as error:
        said = " ".join(str(error).split())
        print(f"PostgreSQL refused: {said}", file=sys.stderr)
        return 1
    print(f"{run_id} is published, for role {run.postgres_reader} to read")
    return 0


if __name__ == "__main__":
    sys.exit(main())
