"""Publishing to a PostgreSQL: exact, all at once, for people who only read."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from orchestration import postgres
from orchestration.postgres import main, publish_postgres
from orchestration.publish import publish
from orchestration.settings import settings
from tests.python.postgres_server import INSTALL, binaries
from tests.python.postgres_server import postgres as running_postgres
from tests.python.small_warehouse import rows_of, write_warehouse

READER = "board_readers"
TABLES = ("decisions.verdicts", "marts.figure_days", "marts.figures")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if not (found := binaries()):
        pytest.skip(INSTALL)
    with running_postgres(found) as conninfo:
        yield conninfo


@pytest.fixture(autouse=True)
def database(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """An empty database for each test, and a warehouse to publish from."""
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute("create database boards")
    conninfo = server.replace("dbname=postgres", "dbname=boards")
    monkeypatch.setenv("EXPANSION_WAREHOUSE", str(tmp_path / "own.duckdb"))
    monkeypatch.setenv("EXPANSION_POSTGRES", conninfo)
    monkeypatch.setenv("EXPANSION_POSTGRES_READER", READER)
    yield conninfo
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute("drop database boards with (force)")


def publish_run(number: int) -> str:
    """Publishes a run to the folder and to PostgreSQL."""
    write_warehouse(settings().warehouse, number)
    publish(settings())
    return publish_postgres(settings())


def asked(conninfo: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(conninfo) as conn:
        return conn.execute(query).fetchall()


def runs(conninfo: str) -> list[tuple[Any, ...]]:
    query = " union ".join(f"select run from {table}" for table in TABLES)
    return asked(conninfo, query)


def schemas(conninfo: str) -> list[str]:
    found = asked(
        conninfo,
        "select nspname from pg_namespace where nspname !~ '^pg_|information_schema'",
    )
    return sorted(row[0] for row in found)


def test_every_value_arrives_with_its_type(database: str) -> None:
    run_id = publish_run(7)
    with duckdb.connect(str(settings().warehouse), read_only=True) as conn:
        for table in TABLES:
            key = lambda row: [str(value) for value in row]  # noqa: E731
            expected = sorted(rows_of(conn, table), key=key)
            assert (
                sorted(asked(database, f"select * from {table}"), key=key) == expected
            )
    types = asked(
        database,
        """
        select attname, format_type(atttypid, atttypmod) from pg_attribute
        where attrelid = 'marts.figures'::regclass and attnum > 0 order by attnum
        """,
    )
    assert types == [
        ("run", "integer"),
        ("figure_id", "bigint"),
        ("amount", "numeric(18,2)"),
        ("rate", "numeric(18,6)"),
        ("day", "date"),
        ("is_odd", "boolean"),
        ("note", "text"),
    ]
    found = asked(database, "select obj_description('marts'::regnamespace)")
    assert found == [(f"expansion-playbook {run_id}",)]


def test_the_next_run_takes_the_place_of_the_one_before(database: str) -> None:
    publish_run(1)
    publish_run(2)
    assert runs(database) == [(2,)]
    assert schemas(database) == ["decisions", "marts", "public"]


def test_the_reader_reads_and_cannot_write(database: str) -> None:
    publish_run(1)
    publish_run(2)
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute(f"set role {READER}")
        assert conn.execute("select run from decisions.verdicts").fetchall() == [(2,)]
        for statement in (
            "insert into marts.figure_days (run) values (9)",
            "update marts.figures set amount = 0",
            "delete from decisions.verdicts",
            "truncate marts.figures",
            "drop table marts.figures",
            "create table marts.mine (one integer)",
            "alter schema marts rename to yours",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(statement)


def test_nobody_signs_in_as_the_reader(database: str) -> None:
    publish_run(1)
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        psycopg.connect(database, user=READER)


def test_who_reads_while_it_changes_sees_one_run(database: str) -> None:
    publish_run(1)
    done = threading.Event()

    def publish_more() -> None:
        for number in (2, 3, 4):
            publish_run(number)
        done.set()

    publisher = threading.Thread(target=publish_more)
    publisher.start()
    found = []
    with psycopg.connect(database, autocommit=True) as conn:
        while not done.wait(0.001):
            query = "select min(run), max(run), count(*) from marts.figures"
            found += conn.execute(query).fetchall()
    publisher.join()
    assert len(found) > 20
    assert all(low == high and n == 20 for low, high, n in found)
    assert runs(database) == [(4,)]


def test_a_reader_holds_up_no_publish(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "PATIENCE", "50ms")
    publish_run(1)
    with psycopg.connect(database) as conn:
        query = "select run from marts.figures limit 1"
        assert conn.execute(query).fetchall() == [(1,)]
        publish_run(2)
        assert runs(database) == [(2,)]
        assert schemas(database) == ["decisions", "marts", "marts_old", "public"]
    publish_run(3)
    assert schemas(database) == ["decisions", "marts", "public"]


def test_what_fails_leaves_all_as_it_was(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_run(1)
    monkeypatch.setitem(postgres.TYPES, "DATE", "integer")
    write_warehouse(settings().warehouse, 2)
    publish(settings())
    assert main() == 1
    [sentence] = capsys.readouterr().err.splitlines()
    assert sentence.startswith("PostgreSQL refused: invalid input syntax")
    monkeypatch.delitem(postgres.TYPES, "BOOLEAN")
    monkeypatch.setitem(postgres.TYPES, "DATE", "date")
    assert main() == 1
    [sentence] = capsys.readouterr().err.splitlines()
    assert sentence.startswith("marts.figures: no type of PostgreSQL is known for BOOL")
    assert runs(database) == [(1,)]
    assert schemas(database) == ["decisions", "marts", "public"]


def test_a_schema_of_somebody_else_stays(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(database) as conn:
        conn.execute("create schema marts")
    write_warehouse(settings().warehouse, 1)
    run_id = publish(settings())
    assert main() == 1
    assert "Schema marts is in the database already" in capsys.readouterr().err
    with psycopg.connect(database) as conn:
        conn.execute("drop schema marts")
    assert main() == 0
    said = f"{run_id} is published, for role {READER} to read\n"
    assert capsys.readouterr().out == said


def test_a_view_is_not_pulled_down(database: str) -> None:
    publish_run(1)
    with psycopg.connect(database) as conn:
        conn.execute("create view public.mine as select * from marts.figures")
    with pytest.raises(postgres.PublishError, match=r"View public\.mine stands on"):
        publish_run(2)
    assert runs(database) == [(1,)]


def test_two_do_not_publish_at_once(database: str) -> None:
    publish_run(1)
    with psycopg.connect(database) as conn:
        conn.execute("select pg_advisory_lock(hashtext('expansion-playbook'))")
        with pytest.raises(postgres.PublishError, match="Somebody else is publishing"):
            publish_run(2)
    publish_run(2)


@pytest.mark.parametrize(
    ("conninfo", "said"),
    [
        ("", "EXPANSION_POSTGRES is not set"),
        ("host=/nowhere password=secret dbname=x", "PostgreSQL could not be reached:"),
        ("nonsense", "EXPANSION_POSTGRES is no conninfo"),
    ],
)
def test_what_cannot_be_reached_is_one_sentence(
    conninfo: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_warehouse(settings().warehouse, 1)
    publish(settings())
    monkeypatch.setenv("EXPANSION_POSTGRES", conninfo)
    assert main() == 1
    [sentence] = capsys.readouterr().err.splitlines()
    assert sentence.startswith(said) and "secret" not in sentence


def test_without_a_snapshot_there_is_nothing_to_publish(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main() == 1
    assert "holds no snapshot: make build." in capsys.readouterr().err
