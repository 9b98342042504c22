"""What the door makes of the files of a raw folder: each is read or named."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.door import open_door, unread_line
from orchestration.raw_tables import DoorError
from orchestration.settings import SettingsError
from orchestration.watch import folder_stamp
from tests.python.compiled_build import run_settings
from tests.python.test_door import AS_OF, GOOD, write

SECRET = "Ada Lovelace"
DISCOUNT = {
    "discount_id": "D1",
    "subscription_id": "S1",
    "percent_off": "20",
    "duration": "forever",
    "valid_from": "2024-01-01",
}
DISCOUNTS = ",".join(DISCOUNT) + "\n" + ",".join(DISCOUNT.values()) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The good company, to which a test adds."""
    return write(tmp_path / "raw", GOOD)


def opened(folder: Path, zone: str = "UTC") -> duckdb.DuckDBPyConnection:
    """A warehouse in memory into which a folder was let."""
    conn = duckdb.connect()
    open_door(conn, replace(run_settings(folder, AS_OF), zone=zone))
    return conn


def stopped(folder: Path) -> str:
    """The sentence with which the door stops."""
    with pytest.raises(DoorError) as error:
        opened(folder)
    message = str(error.value)
    assert len(message) <= 300
    assert message.isprintable()
    assert SECRET not in message
    return message


def discounts(conn: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """The discounts that were let in, as text."""
    columns = "discount_id, cast(percent_off as varchar), cast(valid_from as varchar)"
    return conn.execute(
        f"select {columns} from raw.billing__discounts order by all"
    ).fetchall()


def parquet(path: Path, rows: str) -> Path:
    """A Parquet file of the rows of a select."""
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.sql(rows).write_parquet(str(path))
    return path


def as_parquet(number: int = 1) -> str:
    """One discount as a select."""
    return (
        f"select 'D{number}' as discount_id, 'S1' as subscription_id, "
        "20 as percent_off, 'forever' as duration, date '2024-01-01' as valid_from"
    )


def csv_of_upper_case(folder: Path) -> None:
    (folder / "Billing__Discounts.CSV").write_text(DISCOUNTS)


def csv_parts(folder: Path) -> None:
    parts = folder / "billing__discounts" / "2024"
    parts.mkdir(parents=True)
    (parts / "part-0.csv").write_text(DISCOUNTS)
    (parts / "_SUCCESS").write_text("")
    (parts / ".part-0.csv.crc").write_text("x")


def csv_folder_named_like_a_file(folder: Path) -> None:
    parts = folder / "billing__discounts.csv"
    parts.mkdir()
    (parts / "part-0.csv").write_text(DISCOUNTS)


def parquet_folder_named_like_a_file(folder: Path) -> None:
    parquet(folder / "billing__discounts.parquet" / "part-0.parquet", as_parquet())


def column_in_another_spelling(folder: Path) -> None:
    text = DISCOUNTS.replace("percent_off", "Percent Off").replace("valid", "Valid")
    (folder / "billing__discounts.csv").write_text(text)


def parquet_column_in_another_spelling(folder: Path) -> None:
    rows = as_parquet().replace("percent_off", '"Percent_Off"')
    parquet(folder / "billing__discounts.parquet", rows)


def linked_folder_of_parts(folder: Path) -> None:
    part = parquet(folder.parent / "elsewhere" / "part-0.PARQUET", as_parquet())
    (folder / "billing__discounts").symlink_to(part.parent)


@pytest.mark.parametrize(
    "write_discounts",
    [
        csv_of_upper_case,
        csv_parts,
        csv_folder_named_like_a_file,
        parquet_folder_named_like_a_file,
        column_in_another_spelling,
        parquet_column_in_another_spelling,
        linked_folder_of_parts,
    ],
)
def test_a_table_is_read_however_it_is_spelt(
    write_discounts: Callable[[Path], None], folder: Path
) -> None:
    write_discounts(folder)
    conn = opened(folder)
    assert discounts(conn) == [("D1", "20", "2024-01-01")]
    assert unread_line(conn) is None


def test_csv_parts_may_order_their_columns_each_in_its_own_way(folder: Path) -> None:
    parts = folder / "billing__discounts"
    parts.mkdir()
    (parts / "a.csv").write_text(DISCOUNTS)
    turned = dict(reversed(DISCOUNT.items())) | {"discount_id": "D2"}
    text = ",".join(turned) + "\n" + ",".join(turned.values()) + "\n"
    (parts / "b.csv").write_text(text)
    assert discounts(opened(folder)) == [
        ("D1", "20", "2024-01-01"),
        ("D2", "20", "2024-01-01"),
    ]


def test_a_folder_whose_name_is_a_pattern_is_read_as_it_is(tmp_path: Path) -> None:
    folder = write(tmp_path / "raw [1]*", GOOD)
    parquet(folder / "billing__discounts.parquet", as_parquet())
    conn = opened(folder)
    assert discounts(conn) == [("D1", "20", "2024-01-01")]
    items = conn.execute("select item_id from raw.billing__subscription_items")
    assert items.fetchall() == [("I1",)]


def near_name(folder: Path) -> Path:
    path = folder / "billing__discount.csv"
    path.write_text(DISCOUNTS)
    return path


def name_without_domain(folder: Path) -> Path:
    path = folder / "discounts.csv"
    path.write_text(DISCOUNTS)
    return path


def second_export(folder: Path) -> Path:
    path = folder / "billing__discounts (1).csv"
    path.write_text(DISCOUNTS)
    return path


def other_format(folder: Path) -> Path:
    path = folder / "billing__discounts.xlsx"
    path.write_bytes(b"PK")
    return path


def no_suffix(folder: Path) -> Path:
    path = folder / "billing__discounts"
    path.write_text(DISCOUNTS)
    return path


def dangling_link(folder: Path) -> Path:
    path = folder / "billing__discounts.csv"
    path.symlink_to(folder / "gone.csv")
    return path


def dangling_link_without_suffix(folder: Path) -> Path:
    path = folder / "billing__discounts"
    path.symlink_to(folder / "gone")
    return path


def dangling_part(folder: Path) -> Path:
    parquet(folder / "billing__discounts" / "a.parquet", as_parquet())
    path = folder / "billing__discounts" / "b.parquet"
    path.symlink_to(folder / "gone.parquet")
    return path


def folder_without_parts(folder: Path) -> Path:
    path = folder / "billing__discounts.csv"
    path.mkdir()
    return path


def folder_of_two_kinds(folder: Path) -> Path:
    parquet(folder / "billing__discounts" / "a.parquet", as_parquet())
    (folder / "billing__discounts" / "b.csv").write_text(DISCOUNTS)
    return folder / "billing__discounts"


def stranger_among_parts(folder: Path) -> Path:
    parquet(folder / "billing__discounts" / "a.parquet", as_parquet())
    path = folder / "billing__discounts" / "b.json"
    path.write_text("{}")
    return path


def ring_of_links(folder: Path) -> Path:
    parquet(folder / "billing__discounts" / "a.parquet", as_parquet())
    path = folder / "billing__discounts" / "again"
    path.symlink_to(folder)
    return path


def broken_part(folder: Path) -> Path:
    parquet(folder / "billing__discounts" / "a.parquet", as_parquet())
    path = folder / "billing__discounts" / "b.parquet"
    path.write_bytes(b"PAR1 but no more")
    return path


def part_without_a_column(folder: Path) -> Path:
    parquet(folder / "billing__discounts" / "a.parquet", as_parquet())
    rows = as_parquet(2).replace("20 as percent_off, ", "")
    return parquet(folder / "billing__discounts" / "b.parquet", rows)


def csv_part_without_a_column(folder: Path) -> Path:
    parts = folder / "billing__discounts"
    parts.mkdir()
    (parts / "a.csv").write_text(DISCOUNTS)
    path = parts / "b.csv"
    path.write_text(DISCOUNTS.replace("percent_off,", "").replace(",20,", ","))
    return path


def column_twice(folder: Path) -> Path:
    path = folder / "billing__discounts.csv"
    path.write_text(DISCOUNTS.replace("duration", "Percent_Off"))
    return path


UNREADABLE = [
    (near_name, "rename it to billing__discounts.csv"),
    (name_without_domain, "rename it to billing__discounts.csv"),
    (second_export, "rename it to billing__discounts.csv"),
    (other_format, "rename it to billing__discounts.csv"),
    (no_suffix, "rename it to billing__discounts.csv"),
    (dangling_link, "a link that leads nowhere"),
    (dangling_link_without_suffix, "a link that leads nowhere"),
    (dangling_part, "a link that leads nowhere"),
    (folder_without_parts, "no .csv and no .parquet part"),
    (folder_of_two_kinds, "both .csv and .parquet parts"),
    (stranger_among_parts, "no .csv and no .parquet part"),
    (ring_of_links, "a link to a folder it lies in"),
    (broken_part, "broken, or no Parquet file"),
    (part_without_a_column, "it lacks percent_off, which other parts have"),
    (csv_part_without_a_column, "it lacks percent_off, which other parts have"),
    (column_twice, "names column percent_off twice"),
]


@pytest.mark.parametrize(
    ("damage", "reason"), UNREADABLE, ids=[item[0].__name__ for item in UNREADABLE]
)
def test_what_cannot_be_read_is_named(
    damage: Callable[[Path], Path], reason: str, folder: Path
) -> None:
    path = damage(folder)
    message = stopped(folder)
    assert path.name in message
    assert reason in message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_a_part_that_may_not_be_read_is_named(folder: Path) -> None:
    path = parquet(folder / "billing__discounts" / "a.parquet", as_parquet())
    path.chmod(0)
    assert "a.parquet" in stopped(folder)


def test_what_the_contract_does_not_know_is_counted_in_one_line(folder: Path) -> None:
    (folder / "notes.txt").write_text("as of June")
    (folder / "crm__leads.csv").write_text("lead_id\nL1\n")
    (folder / ".DS_Store").write_bytes(b"\0")
    header = DISCOUNTS.replace("duration", "duration,Colour,notes")
    text = header.replace("forever", "forever,red,x")
    (folder / "billing__discounts.csv").write_text(text)
    conn = opened(folder)
    assert unread_line(conn) == (
        "Not read, as the raw contract has no such name: 2 files or tables "
        "(crm__leads.csv, notes.txt); 2 columns "
        "(billing__discounts.Colour, billing__discounts.notes)"
    )
    assert discounts(conn) == [("D1", "20", "2024-01-01")]
    for number in range(100):
        (folder / f"another_file_with_a_long_name_{number}.txt").write_text("")
    line = unread_line(opened(folder))
    assert line is not None and "102 files" in line and len(line) <= 300


def test_a_slip_in_a_schema_stops_and_a_stranger_is_counted(folder: Path) -> None:
    conn = opened(folder)
    conn.execute("create schema landing")
    for table in GOOD:
        conn.execute(f"create table landing.RAW_{table} as from raw.{table}")
    conn.execute("create table landing.raw_crm__leads (lead_id varchar)")
    run = replace(run_settings(folder, AS_OF), raw="schema:landing")
    open_door(conn, run)
    line = unread_line(conn)
    assert line is not None and "1 files or tables (landing.raw_crm__leads)" in line
    conn.execute("create table landing.raw_billing__discount (discount_id varchar)")
    with pytest.raises(DoorError, match="rename it to raw_billing__discounts"):
        open_door(conn, run)


def csv_text(change: Callable[[str], str]) -> bytes:
    """The accounts as CSV, changed; the last row is a customer's."""
    good = f"account_id,account_name,segment\nA1,One,small\nA2,{SECRET},large\n"
    return change(good).encode()


CSV_FAULTS = {
    "semicolons": (
        csv_text(lambda text: text.replace(",", ";")),
        "separated by semicolons, expected commas",
    ),
    "tabs": (
        csv_text(lambda text: text.replace(",", "\t")),
        "separated by tabs, expected commas",
    ),
    "bars": (
        csv_text(lambda text: text.replace(",", "|")),
        "separated by bars, expected commas",
    ),
    "a missing delimiter": (
        csv_text(lambda text: text.replace(f"{SECRET},", SECRET)),
        "line 3 has 2 values where the first line names 3 columns",
    ),
    "a value too many": (
        csv_text(lambda text: text.replace("large", "large,EMEA")),
        "line 3 has 4 values where the first line names 3 columns",
    ),
    "a comma at the end of the first line": (
        csv_text(lambda text: text.replace("segment", "segment,")),
        "ends in a comma",
    ),
    "a line of 3 MB": (
        csv_text(lambda text: text.replace("large", "\x1b[31m" + "x" * 3_000_000)),
        "line 3 is longer than 2000000 bytes",
    ),
    "a first line of 3 MB": (b"x" * 3_000_000, "its first line names no columns"),
    "a quote that never closes": (
        csv_text(lambda text: text.replace(SECRET, f'"{SECRET}')),
        "line 3 has a quote that is not closed",
    ),
    "a row that says what an error would": (
        csv_text(
            lambda text: text.replace(
                "large", "Expected Number of Columns: 7 Found: 8\x1b[0m,b"
            )
        ),
        "line 3 has 4 values where the first line names 3 columns",
    ),
    "Latin-1": (
        csv_text(str).replace(b"large", b"gro\xdf"),
        "not UTF-8",
    ),
    "UTF-16": (csv_text(str).decode().encode("utf-16"), "not UTF-8"),
    "nothing": (b"", "its first line names no columns"),
    "blank lines": (b"\n\n", "its first line names no columns"),
    "an index without a name": (
        csv_text(lambda text: "," + text),
        "a column without a name",
    ),
}


@pytest.mark.parametrize("kind", CSV_FAULTS)
def test_a_broken_csv_is_one_sentence_without_the_customers_row(
    kind: str, folder: Path
) -> None:
    content, reason = CSV_FAULTS[kind]
    (folder / "crm__accounts.csv").write_bytes(content)
    message = stopped(folder)
    assert "crm__accounts.csv cannot be read as table crm__accounts" in message
    assert reason in message


def test_a_broken_part_of_many_is_the_one_named(folder: Path) -> None:
    parts = folder / "billing__discounts"
    parts.mkdir()
    (parts / "a.csv").write_text(DISCOUNTS)
    (parts / "b.csv").write_text(DISCOUNTS + "D2,S1\n")
    message = stopped(folder)
    assert "b.csv cannot be read" in message
    assert "line 3 has 2 values" in message


def test_a_long_path_leaves_room_for_the_reason(tmp_path: Path) -> None:
    folder = write(tmp_path / ("a" * 200) / ("b" * 200), GOOD)
    (folder / "billing__discounts.csv").write_text(DISCOUNTS + "D2,S1\n")
    message = stopped(folder)
    assert "billing__discounts.csv cannot be read" in message
    assert "line 3 has 2 values where the first line names 5 columns" in message


def test_an_unknown_time_zone_is_refused(folder: Path) -> None:
    with pytest.raises(SettingsError, match="EXPANSION_TIME_ZONE is 'Mars'"):
        opened(folder, zone="Mars")


def test_a_watched_folder_may_hold_links_and_any_case(folder: Path) -> None:
    before = folder_stamp(folder)
    (folder / "gone.csv").symlink_to(folder / "nowhere.csv")
    assert folder_stamp(folder) == before
    shutil.copy(folder / "crm__accounts.csv", folder / "ACCOUNTS.CSV")
    assert folder_stamp(folder) != before
