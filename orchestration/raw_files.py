"""A raw folder: which files are which tables, and how CSV and Parquet are read.

Nothing in the folder is left unread in silence. An entry is a table of the contract, as
a file or as a folder of parts; a name that is a slip of one stops the build; any other
is named in the build's first lines. Hidden files and those that begin with `_`, as
writers leave them beside their parts, are no data.
"""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb

from orchestration.raw_tables import (
    Contract,
    DoorError,
    Given,
    Source,
    Sources,
    named_columns,
    shown,
    squashed,
    table_like,
    unreadable,
)

KINDS = (".csv", ".parquet")
OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
# What DuckDB says of a CSV file, and what a person is told: its own words hold the row.
CSV_FAULTS = (
    (
        r"Expected Number of Columns: (\d+) Found: (\d+)",
        "has {1} values where the first line names {0} columns",
    ),
    (r"unterminated quote", "has a quote that is not closed, or text after it"),
    (r"Maximum line size of (\d+) bytes", "is longer than {0} bytes"),
    (r"unicode|utf-8", "is not UTF-8"),
)


def in_folder(
    conn: duckdb.DuckDBPyConnection, folder: Path, tables: Contract
) -> Sources:
    """The tables of a raw folder; DoorError for a file that is none and should be."""
    if not folder.is_dir():
        raise DoorError(f"EXPANSION_RAW is {shown(folder)}: there is no such folder.")
    sources: dict[str, Source] = {}
    unread: list[str] = []
    for path in sorted(folder.iterdir()):
        if _is_hidden(path.name):
            continue
        table = _table_of(path, tables)
        if table is None:
            unread.append(path.name)
        elif table in sources:
            raise DoorError(
                f"{table} is in {shown(folder)} twice: keep one of the files."
            )
        else:
            sources[table] = _source(conn, table, path, tables)
    return Sources(sources, unread)


def stamp(paths: list[Path]) -> str:
    """A text that changes with the name, size and time of a file."""
    stats = [(str(path), path.stat()) for path in paths]
    return json.dumps([(name, s.st_size, s.st_mtime_ns) for name, s in stats])


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "_"))


def _kind(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return suffix if suffix in KINDS else ""


def _table_of(path: Path, tables: Contract) -> str | None:
    """The table that an entry of the folder is; None for what is none at all."""
    kind = _kind(path.name)
    name = path.name.lower()
    stem = name.removesuffix(kind)
    if stem in tables and (kind or path.is_dir()):
        return stem
    if stem in tables and not path.exists():
        raise unreadable(stem, path, "it is a link that leads nowhere")
    if meant := table_like(stem, tables):
        raise DoorError(
            f"{shown(path)} is no table of the raw contract: rename it to {meant}.csv "
            f"or {meant}.parquet, or move it out of the folder."
        )
    return None


def _source(
    conn: duckdb.DuckDBPyConnection, table: str, path: Path, tables: Contract
) -> Source:
    parts = list(_parts(table, path))
    kinds = {_kind(part.name) for part in parts}
    if not parts:
        raise unreadable(table, path, "the folder holds no .csv and no .parquet part")
    if len(kinds) > 1:
        raise unreadable(table, path, "the folder holds both .csv and .parquet parts")
    rules = tables[table]["columns"]
    read = _csv if kinds == {".csv"} else _parquet
    relation, given = read(conn, table, parts, list(rules))
    columns, unread = named_columns(table, rules, path, given)
    is_copied = read is _csv
    return Source(str(path), relation, columns, unread, is_copied, stamp(parts))


def _parts(table: str, path: Path) -> Iterator[Path]:
    """The files of a table; DoorError for what should be one and cannot be."""
    if not path.exists():
        raise unreadable(table, path, "it is a link that leads nowhere")
    if not path.is_dir():
        if not path.is_file():
            raise unreadable(table, path, "it is no file")
        yield path
        return
    try:
        inside = sorted(path.iterdir())
    except OSError as error:
        raise unreadable(table, path, _said(error)) from error
    for part in inside:
        if _is_hidden(part.name):
            continue
        if not part.is_dir() and not _kind(part.name) and part.exists():
            raise unreadable(table, part, "it is no .csv and no .parquet part")
        if part.is_symlink() and part.resolve() in path.resolve().parents:
            raise unreadable(table, part, "it is a link to a folder it lies in")
        yield from _parts(table, part)


def _csv(
    conn: duckdb.DuckDBPyConnection, table: str, parts: list[Path], known: list[str]
) -> tuple[str, list[Given]]:
    """CSV parts as one relation, each value as text, and its columns."""
    headers = {part: _header(table, part, known) for part in parts}
    names = _same_columns(table, headers, known)
    selected = []
    for part, header in headers.items():
        places = {squashed(name): number for number, name in enumerate(header)}
        columns = ", ".join(
            f"c{places[squashed(name)]} as {_quoted(name)}" for name in names
        )
        selected.append(f"select {columns} from {_read_csv(part, len(header))}")
    relation = f"({' union all '.join(selected)})"
    unread = _others(headers, names)
    return relation, [
        *(Given(name, _quoted(name)) for name in names),
        *(Given(name, "null") for name in unread),
    ]


def _read_csv(path: Path, n_columns: int) -> str:
    types = ", ".join(f"'c{number}': 'varchar'" for number in range(n_columns))
    return (
        f"read_csv({_literal(path)}, auto_detect = false, header = true, "
        f"columns = {{{types}}}, delim = ',', quote = '\"', escape = '\"', "
        "nullstr = '', strict_mode = true, null_padding = false)"
    )


def _header(table: str, path: Path, known: list[str]) -> list[str]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            header = next(csv.reader(lines), [])
    except UnicodeDecodeError as error:
        raise unreadable(table, path, "it is not UTF-8") from error
    except csv.Error as error:
        raise unreadable(table, path, "its first line names no columns") from error
    except OSError as error:
        raise unreadable(table, path, _said(error)) from error
    names = [squashed(name) for name in header]
    if not any(names):
        raise unreadable(table, path, "its first line names no columns")
    bare_known = {squashed(name) for name in known}
    for delimiter, words in OTHER_DELIMITERS.items():
        split = {squashed(name) for name in ",".join(header).split(delimiter)}
        if len(split & bare_known) > 1 and len(bare_known & set(names)) == 0:
            raise unreadable(
                table, path, f"its values are separated by {words}, expected commas"
            )
    if not all(names):
        raise unreadable(
            table,
            path,
            "its first line has a column without a name, or ends in a comma",
        )
    twice = [
        name
        for name, bare in zip(header, names, strict=True)
        if header.count(name) > 1 or (bare in bare_known and names.count(bare) > 1)
    ]
    if twice:
        raise unreadable(
            table, path, f"its first line names column {shown(twice[0])} twice"
        )
    return header


def csv_fault(error: duckdb.Error) -> tuple[str | None, str]:
    """The file of a CSV error and what is wrong in it, without a word of its rows."""
    text = str(error)
    place = re.search(r"^ +file = (.*)$", text, re.M)
    line = re.search(r"CSV Error on Line: (\d+)", text)
    where = f"line {int(line[1]):,}" if line else "a line"
    for pattern, words in CSV_FAULTS:
        # What comes first is the row itself, which may say anything.
        found = list(re.finditer(pattern, text.split("Possible")[0], re.I))
        if found:
            reason = f"{where} {words.format(*found[-1].groups())}"
            return (place[1] if place else None), reason
    return (place[1] if place else None), f"{where} is not as CSV is written"


def _parquet(
    conn: duckdb.DuckDBPyConnection, table: str, parts: list[Path], known: list[str]
) -> tuple[str, list[Given]]:
    """Parquet parts as one relation, read where they lie, and its columns."""
    files = f"[{', '.join(_literal(part) for part in parts)}]"
    relation = f"read_parquet({files}, union_by_name = true)"
    try:
        schemas = conn.execute(
            f"select file_name, list(name) from parquet_schema({files}) group by all"
        ).fetchall()
        described = conn.execute(f"describe select * from {relation}").fetchall()
    except duckdb.Error as error:
        raise _broken_part(conn, table, parts) from error
    _same_columns(table, {Path(name): columns for name, columns in schemas}, known)
    return relation, [Given(row[0], _quoted(row[0]), row[1]) for row in described]


def _broken_part(
    conn: duckdb.DuckDBPyConnection, table: str, parts: list[Path]
) -> DoorError:
    for part in parts:
        try:
            with part.open("rb") as file:
                file.read(1)
            conn.execute(f"describe select * from read_parquet({_literal(part)})")
        except OSError as error:
            return unreadable(table, part, _said(error))
        except duckdb.Error:
            return unreadable(table, part, "it is broken, or no Parquet file")
    return unreadable(table, parts[0].parent, "its parts do not go together")


def _same_columns(
    table: str, given: dict[Path, list[str]], known: list[str]
) -> list[str]:
    """The columns of the contract that parts have; DoorError where one part lacks any.

    Read as empty, a column that only some parts have would be lost in silence.
    """
    has = {part: {squashed(name) for name in names} for part, names in given.items()}
    some = set().union(*has.values())
    for part in sorted(has):
        lacks = [name for name in known if squashed(name) in some - has[part]]
        if lacks:
            raise unreadable(
                table,
                part,
                f"it lacks {', '.join(lacks)}, which other parts have; write the "
                "column into each part, empty where nothing is known",
            )
    return [name for name in known if squashed(name) in some]


def _others(headers: dict[Path, list[str]], names: list[str]) -> list[str]:
    """The names of columns that are not of the contract, each once."""
    known = {squashed(name) for name in names}
    others = {squashed(name): name for header in headers.values() for name in header}
    return [name for bare, name in others.items() if bare not in known]


def _said(error: OSError) -> str:
    return (error.strerror or "it cannot be opened").lower()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(path: Path) -> str:
    """A path as DuckDB takes it: its own signs are no pattern."""
    plain = re.sub(r"([\[*?])", r"[\1]", str(path))
    return "'" + plain.replace("'", "''") + "'"
