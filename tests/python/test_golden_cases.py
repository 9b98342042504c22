"""A golden case is read whole, or one sentence says what is wrong with its file."""

import csv
import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest

from orchestration.raw_sources import contract
from orchestration.settings import PROJECT
from tests.python.golden_cases import (
    CASES,
    CaseError,
    aligned,
    case_files,
    read_case,
    unread,
    write_raw,
)

LOG = PROJECT / "docs" / "decision_log"
ALIGN = ".venv/bin/python -m tests.python.golden_cases align"
GOOD = """\
about: >-
  One account pays 60 x 100 = 6,000 from January.
as_of: 2024-02-29
policy:
  renewal_grace_days: 0

raw:
  crm__accounts: |
    account_id, account_name
    acc_one,    "One, Inc."
  billing__products: |
    product_id, product_family
    prd_core,
  billing__subscriptions: |
    subscription_id, account_id, currency, started_on
    sub_one,         acc_one,    USD,      2024-01-01
  billing__subscription_items: |
    item_id, subscription_id, product_id, charge_type, billing_interval, interval_count, quantity, unit_price, valid_from
    itm_one, sub_one,         prd_core,   recurring,   year,                          1,       60,     100.00, 2024-01-01

expected:
  arr_account_months: |
    account_id, month_start, opening_arr, new_arr
    acc_one,    2024-01-01,         0.00, 6000.00
    acc_one,    2024-02-01,      6000.00,    0.00
  expansion_drivers: |
    account_id, product_id, month_start, driver
"""  # noqa: E501

PRODUCTS = GOOD[GOOD.index("  billing__products") : GOOD.index("  billing__subs")]
MONTHS = GOOD[GOOD.index("  arr_account") : GOOD.index("  expansion_drivers")]
EXPECTED = GOOD[GOOD.index("expected:") :]

# A change to the good case, and what the one sentence must say of it.
WRONG = {
    "an unknown key": (
        "raw:",
        "expect: 1\nraw:",
        "key expect is unknown: expected about, as_of, policy, raw and expected.",
    ),
    "no about": (GOOD[: GOOD.index("as_of")], "", "key about is missing."),
    "a key twice": (
        "raw:",
        "as_of: 2024-03-31\nraw:",
        "key as_of stands there twice.",
    ),
    "a table twice": (
        PRODUCTS,
        PRODUCTS + PRODUCTS,
        "key billing__products stands there twice.",
    ),
    "no YAML": ("raw:", "raw: [", "it is not read as YAML: line 8, found character"),
    "no mapping": (GOOD, "about", "it is to hold about, as_of, policy, raw and"),
    "no tables": (EXPECTED, "expected: none", "expected is to be tables by name."),
    "a list for a table": (
        PRODUCTS,
        "  billing__products: [product_id]\n",
        "raw table billing__products is to be lines of CSV.",
    ),
    "no date": (
        "2024-02-29",
        "February",
        "as_of 'February' is not a date such as 2025-06-30.",
    ),
    "an unknown policy": (
        "renewal_grace_days",
        "renewal_grace",
        "policy renewal_grace is no key of the metric policy.",
    ),
    "a policy in one line": (
        "\n  renewal_grace_days: 0",
        " renewal_grace_days=0",
        "policy is to be values by key, one a line.",
    ),
    "a table not in the contract": (
        "crm__accounts:",
        "crm__account:",
        "raw table crm__account is not in the raw contract: is crm__accounts meant?",
    ),
    "a core table missing": (
        PRODUCTS,
        "",
        "raw table billing__products is missing: every company has it.",
    ),
    "a required column missing": (
        "currency, started_on",
        "currency, cancelled_on",
        "raw table billing__subscriptions lacks column started_on.",
    ),
    "a key column missing": (
        "product_id, product_family",
        "product_name, product_family",
        "raw table billing__products lacks column product_id.",
    ),
    "a column not in the contract": (
        "account_id, account_name",
        "account_id, name",
        "raw table crm__accounts has column name: it is not in the raw contract.",
    ),
    "a column twice": (
        "account_id, account_name",
        "account_id, account_id",
        "raw table crm__accounts has column account_id twice.",
    ),
    "a mart that no case lists": (
        "expansion_drivers:",
        "expansion_driver:",
        "expected table expansion_driver is not compared: is expansion_drivers meant?",
    ),
    "no account months": (
        MONTHS,
        "",
        "expected table arr_account_months is missing: every case has it.",
    ),
    "a key of a mart missing": (
        "month_start, driver",
        "driver",
        "expected table expansion_drivers lacks column month_start.",
    ),
    "a column the mart lacks": (
        "opening_arr, new_arr",
        "opening, new_arr",
        "expected table arr_account_months has column opening: the mart lacks it.",
    ),
    "a row too short": (
        "6000.00,    0.00",
        "6000.00",
        "expected table arr_account_months: row 2 has 3 cells, its header 4.",
    ),
    "a row too long": (
        "    prd_core,\n",
        "    prd_core,,\n",
        "raw table billing__products: row 1 has 3 cells, its header 2.",
    ),
    "a row expected twice": (
        "2024-02-01",
        "2024-01-01",
        "expected table arr_account_months lists acc_one, 2024-01-01 twice.",
    ),
    "a table without a header": (
        PRODUCTS,
        "  billing__products:\n",
        "raw table billing__products has no header.",
    ),
    "a quote left open": (
        '"One, Inc."',
        '"One, Inc.',
        "raw table crm__accounts is not read as CSV: unexpected end of data.",
    ),
}


def written(folder: Path, text: str) -> Path:
    path = folder / "one_account.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_case_is_read_as_it_is_written(tmp_path: Path) -> None:
    case = read_case(written(tmp_path, GOOD))
    assert (case.name, case.as_of) == ("one_account", dt.date(2024, 2, 29))
    assert case.about == "One account pays 60 x 100 = 6,000 from January."
    assert case.policy == {"renewal_grace_days": "0"}
    assert case.raw["crm__accounts"].rows == [("acc_one", "One, Inc.")]
    assert case.raw["billing__products"].rows == [("prd_core", "")]
    months = case.expected["arr_account_months"]
    assert months.columns == ("account_id", "month_start", "opening_arr", "new_arr")
    assert months.rows[1] == ("acc_one", "2024-02-01", "6000.00", "0.00")
    assert case.expected["expansion_drivers"].rows == []


def test_its_raw_tables_become_a_raw_folder(tmp_path: Path) -> None:
    case = read_case(written(tmp_path, GOOD))
    folder = write_raw(case, tmp_path / "raw")
    assert {path.stem for path in folder.iterdir()} == set(case.raw)
    with (folder / "crm__accounts.csv").open(newline="", encoding="utf-8") as lines:
        assert list(csv.reader(lines)) == [
            ["account_id", "account_name"],
            ["acc_one", "One, Inc."],
        ]


@pytest.mark.parametrize("kind", WRONG)
def test_one_sentence_says_what_is_wrong(kind: str, tmp_path: Path) -> None:
    old, new, said = WRONG[kind]
    assert old in GOOD
    with pytest.raises(CaseError) as error:
        read_case(written(tmp_path, GOOD.replace(old, new, 1)))
    message = str(error.value)
    assert message.startswith("one_account.yml: ")
    assert said in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("table", contract())
def test_every_required_column_of_a_table_is_asked_for(
    table: str, tmp_path: Path
) -> None:
    rules = contract()[table]["columns"]
    needed = [name for name, rule in rules.items() if is_needed(rule)]
    assert needed
    before = GOOD.replace(f"  {table}: |", "  removed: |", 1)
    for column in needed:
        kept = ", ".join(name for name in rules if name != column)
        text = before.replace("raw:\n", f"raw:\n  {table}: |\n    {kept}\n", 1)
        with pytest.raises(CaseError, match=rf"{table} lacks column {column}\."):
            read_case(written(tmp_path, text))


def is_needed(rule: dict[str, Any]) -> bool:
    return bool(rule.get("key") or rule.get("required"))


def test_tables_are_aligned_and_nothing_else_changes(tmp_path: Path) -> None:
    untidy = GOOD.replace(
        "2024-02-01,      6000.00,    0.00", '2024-02-01,6000.00, "0.00"'
    )
    untidy = untidy.replace("product_id, product_family", "product_id  ,product_family")
    assert aligned(untidy) == GOOD
    assert aligned(GOOD) == GOOD
    case = read_case(written(tmp_path, GOOD))
    assert read_case(written(tmp_path, untidy)) == case


def test_what_is_no_case_is_named(tmp_path: Path) -> None:
    """A case of another form, or in a folder, would be one that nobody runs."""
    written(tmp_path, GOOD)
    (tmp_path / "README.md").touch()
    assert unread(tmp_path) == []
    (tmp_path / "old_case").mkdir()
    (tmp_path / "other.yaml").touch()
    assert unread(tmp_path) == ["old_case", "other.yaml"]


def test_every_case_is_read_and_aligned() -> None:
    assert unread(CASES) == []
    assert len(case_files()) > 80
    for path in case_files():
        read_case(path)
        text = path.read_text(encoding="utf-8")
        assert aligned(text) == text, f"{path.name}: run {ALIGN}"


def test_every_decision_has_the_form_and_is_in_the_index() -> None:
    """A question, what was decided and why; a case, and what to change."""
    index = (LOG / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"^- \[(.*)\]\((\w+\.md)#", index, re.M)
    entries: list[tuple[str, str]] = []
    for path in sorted(LOG.glob("[a-z]*.md")):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 220, path.name
        for entry in re.split(r"^## ", text, flags=re.M)[1:]:
            title = entry.splitlines()[0].partition(": ")[2]
            entries.append((title, path.name))
            fields = re.findall(r"^- \*\*(\w+)\.\*\*", entry, re.M)
            assert fields[:2] == ["Question", "Decision"], title
            assert fields[-2:] == ["Case", "Change"], title
            assert "Why" in fields, title
    assert len(entries) > 60
    assert sorted(links) == sorted(entries)


def test_what_the_decision_log_names_as_a_case_exists() -> None:
    """A golden case, a test or a model: else the entry proves nothing."""
    log = "".join(path.read_text(encoding="utf-8") for path in LOG.glob("*.md"))
    lines = re.findall(r"^- \*\*Case\.\*\* (.*?)(?=^- |^#|\Z)", log, re.M | re.S)
    named = {name for line in lines for name in re.findall(r"`([a-z0-9_./]+)`", line)}
    assert len(lines) > 50
    files = [*CASES.iterdir(), *(PROJECT / "tests" / "singular").rglob("*.sql")]
    files += [*(PROJECT / "models").rglob("*.sql")]
    known = {path.stem for path in files}
    known |= {path.name for path in (PROJECT / "tests" / "python").iterdir()}
    assert {name.removeprefix("tests/python/") for name in named} - known == set()
