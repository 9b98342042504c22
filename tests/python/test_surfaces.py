"""Whatever a company hands over, all that people see of it can be shown."""

import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.python.compiled_build import Node, assert_data_tests_pass, attached
from tests.python.small_companies import (
    AS_OF,
    FOUR_TABLES,
    ONE_MONTH,
    YOUNG,
    write_company,
)
from tests.python.surfaces import Shown, built_in, shown, slip

COMPANIES = {"four_tables": FOUR_TABLES, "one_month": ONE_MONTH, "young": YOUNG}


@pytest.fixture(scope="module")
def seen(
    nodes: list[Node],
    compiled_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], Shown]:
    """Every surface of a company, made once."""
    made: dict[str, Shown] = {}

    def see(name: str) -> Shown:
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            raw = write_company(folder / "raw", COMPANIES[name])
            run = built_in(folder / "built", nodes, raw, AS_OF)
            with attached(run.warehouse, "(read_only)") as conn:
                assert_data_tests_pass(conn, nodes)
            made[name] = shown(run, compiled_folder)
        return made[name]

    return see


@pytest.mark.parametrize("name", COMPANIES)
def test_every_surface_is_shown_without_slips(
    name: str, seen: Callable[[str], Shown]
) -> None:
    company = seen(name)
    texts = {
        "summary": company.summary,
        "status": company.status,
        "metrics": company.metrics,
        **company.pages,
        **dict(enumerate(company.alerts)),
        **dict(enumerate(company.records)),
    }
    for place, text in texts.items():
        assert slip(text) is None, (place, slip(text))
    assert company.report.stat().st_size > 10_000
    assert company.boards and company.analyses


@pytest.mark.parametrize("name", COMPANIES)
def test_unknown_reads_not_known_and_never_0(
    name: str, seen: Callable[[str], Shown]
) -> None:
    company = seen(name)
    needs = "billing__subscription_statuses, crm__activities, crm__contacts, "
    needs += "product__usage_daily, support__surveys, support__tickets"
    assert company.lines["churn risks"] == f"not known: needs {needs}"
    assert re.search(r"; [12] of 12 signals known$", company.lines["signals"])
    [row] = company.boards["executive next"]
    assert row[2:] == (None, f"not known: needs {needs}")
    assert (
        "insufficient_history"
        in {row[2] for row in company.boards["decision triggers"]}
        or not company.boards["decision triggers"]
    )


def test_a_company_younger_than_a_year_has_no_rates(
    seen: Callable[[str], Shown],
) -> None:
    lines = seen("young").lines
    assert lines["ARR"] == "1,440.00 USD at the end of June 2026"
    assert lines["NRR, 12 months"] == "-"
    assert lines["expansion, 12 m"] == "240.00, - of opening ARR"


def test_the_last_decision_has_no_dangling_comma(seen: Callable[[str], Shown]) -> None:
    assert (
        seen("four_tables").lines["decisions"] == "DEC-01 not ready; DEC-02 not ready"
    )


def test_refused_money_is_said_with_its_cure(seen: Callable[[str], Shown]) -> None:
    company = seen("four_tables")
    refused = [
        line[18:] for line in company.summary.splitlines() if "refused  " in line
    ]
    assert refused == [
        "billing__subscription_items: valid_from is not of type date (YYYY-MM-DD), 1 "
        "row, for example '01.02.2026'; about 1,800.00 USD of ARR is missing: mend "
        "these rows in the source: see quarantine.refused_rows",
        "billing__subscriptions: currency 'EUR' has no plan rate, 1 row; about "
        "19,200.00 EUR of ARR is missing: add its plan rate to billing__fx_rates",
        "billing__subscription_items: quantity is not of type decimal (digits and a "
        "point), 1 row, for example 'many'; the ARR of 1 item cannot be read: mend "
        "these rows in the source: see quarantine.refused_rows",
        "billing__subscription_items: subscription_id is not in "
        "billing__subscriptions, 1 row: comes in with what it refers to, refused too: "
        "billing__subscriptions: currency 'EUR' has no plan rate",
    ]
    assert [row[:5] for row in company.boards["executive refusals"][:2]] == [
        (
            "billing__subscription_items",
            "valid_from is not of type date (YYYY-MM-DD)",
            *(1, 1800, "reporting currency"),
        ),
        (
            "billing__subscriptions",
            "currency 'EUR' has no plan rate",
            *(1, 19200, "EUR"),
        ),
    ]
    assert not seen("young").boards["executive refusals"]


def test_a_loss_that_is_not_known_is_said_wherever_retention_is(
    seen: Callable[[str], Shown],
) -> None:
    # Of 2,400 and 1,200 the first has grown to 4,320; the second is gone, unless the
    # line of 1,800 a year took over that was refused.
    company = seen("four_tables")
    why = "of the loss 1,200.00 of 1 account is not known, as rows were refused"
    assert company.lines["NRR, 12 months"] == f"120.0% of 3,600.00 (2 accounts); {why}"
    assert company.lines["GRR, 12 months"] == f"66.7%; {why}"
    [net] = company.boards["executive net"]
    assert net[1] == (
        "of 3,600 of ARR a year ago; 1,200 of the loss not known, as rows were refused"
    )
    [gross] = company.boards["executive gross"]
    assert gross[1] == (
        "of 2 accounts a year ago; the loss of 1 not known, as rows were refused"
    )
    rates = {row[0]: row for row in company.boards["finance retention"]}
    assert rates["Net revenue retention, 12 months"][6:8] == (1, 1200)
    front = openpyxl.load_workbook(company.report, data_only=True)["NRR bridge"]
    lines = dict(front.iter_rows(max_col=2, values_only=True))
    not_known = "Of the loss not known, as rows were refused"
    assert lines[f"{not_known}: ARR, at most"] == 1200
    assert lines[f"{not_known}: accounts"] == 1
    page = company.pages["metrics/net_revenue_retention_12m.html"]
    assert why in page
    assert "not known, as rows" not in seen("young").lines["GRR, 12 months"]
