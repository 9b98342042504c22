"""The month's retention as a workbook that finance can follow and sign.

Every summary is a formula over the sheets of data behind it, written with what it comes
to, so that a viewer that does not calculate shows the same. The checks must read 0.
"""

import datetime as dt
import io
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reports.cells import HEADER, Column, Formula, Table, cents, number, quotient

ZERO = Decimal("0.00")
NO_OPENING = "no opening"
NET = "net_revenue_retention_12m"
ROWS_OF_A_SHEET = 1_048_576
MOVEMENTS = ("new", "expansion", "reactivation", "contraction", "churn")
LOOKS: dict[str, dict[str, Any]] = {
    "text": {},
    "money": {"num_format": "#,##0.00;[Red]-#,##0.00"},
    "count": {"num_format": "#,##0"},
    "rate": {"num_format": "0.0%"},
    "exact_rate": {"num_format": "0.0000%"},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "title": {"bold": True, "font_size": 14},
    "note": {"italic": True, "font_color": "#595959"},
    "heading": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "total": {"bold": True, "top": 1, "num_format": "#,##0.00;[Red]-#,##0.00"},
    "bold": {"bold": True},
    "doubt": {"bold": True, "font_color": "#C00000"},
}
STEPS = {
    "expansion_outside_cohort": "Expansion of accounts outside the cohort",
    "contraction_outside_cohort": "Contraction of accounts outside the cohort",
    "churn_outside_cohort": "Churn of accounts outside the cohort",
    "reactivation": "Lost and won back by the cohort",
    "fx": "Plan rates on what accounts gained or lost",
    "negative_opening": "Openings that are no customer's",
}


@dataclass(frozen=True)
class Month:
    """What the workbook is about."""

    month_start: dt.date
    cohort_month_start: dt.date
    as_of: dt.date
    policy_version: str
    currency: str

    @property
    def name(self) -> str:
        return f"{self.month_start:%B %Y}"


@dataclass(frozen=True)
class Line:
    """A line of a summary: a label, a formula or text, how it looks."""

    label: str
    value: Formula | str | dt.date | None = None
    look: str = "money"


def workbook(
    month: Month, frames: Mapping[str, pd.DataFrame], doubt: str = ""
) -> bytes:
    """The Excel file of a month; the same frames give the same bytes.

    A doubt about the frames, such as a failed build, stands on each sheet.

    Frames by mart: accounts, arr_bridge_months and arr_bridge_accounts (the company's)
    of the twelve months and the one before them, retention_months, retention_accounts
    and retention_bridge of the month, expansion_drivers of the twelve months; and where
    there are such marts reconciliation_months, the company's net retention in
    retention_restatements and period_closes, all of the month, and restatements.
    """
    rows = {mart: _rows(frame) for mart, frame in frames.items()}
    bridge = bridge_table(month, rows["arr_bridge_months"])
    accounts = accounts_table(month, rows)
    retention = retention_table(rows["retention_months"])
    flow = flow_table(rows["retention_bridge"])
    drivers = drivers_table(rows["expansion_drivers"])
    checks = check_lines(month, bridge, accounts, retention, flow, drivers)
    reported = reported_table(rows.get("retention_restatements", []))
    tables = [accounts, drivers, flow, bridge, retention]
    if reported.rows:
        tables.append(reported)
    for mart, title in (
        ("reconciliation_months", "Reconciliations"),
        ("restatements", "Restatements"),
    ):
        if mart in rows:
            tables.append(plain_table(title, mart, frames[mart]))
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "nan_inf_to_errors": False})
    book.set_properties(
        {
            "title": f"Net revenue retention, {month.name}",
            "created": dt.datetime.combine(month.as_of, dt.time()),
        }
    )
    looks = {name: book.add_format(look) for name, look in LOOKS.items()}
    summary = summary_lines(month, accounts, retention, flow, bridge, checks)
    summary += reported_lines(month, rows.get("period_closes", []), reported, retention)
    _write_lines(book.add_worksheet("NRR bridge"), summary, looks)
    _write_lines(book.add_worksheet("Checks"), checks, looks)
    for table in tables:
        _write_table(book.add_worksheet(table.sheet), table, looks)
    if doubt:
        for sheet in book.worksheets():
            _mark(sheet, doubt, looks["doubt"])
    book.close()
    return file.getvalue()


def bridge_table(month: Month, rows: Sequence[dict[str, Any]]) -> Table:
    """ARR of each scope and month, with what each row leaves unexplained."""
    columns = [
        Column("scope_type", "Scope"),
        Column("scope_value", "Part", width=22),
        Column("month_start", "Month", "date", 12),
        Column("opening_arr", "Opening ARR", "money"),
        *(Column(f"{name}_arr", name.capitalize(), "money") for name in MOVEMENTS),
        Column("fx_arr", "FX", "money"),
        Column("closing_arr", "Closing ARR", "money"),
        Column("check", "Check", "money", 10),
    ]
    order = ("scope_type", "scope_value", "month_start")
    kept = sorted(
        (row for row in rows if row["month_start"] > month.cohort_month_start),
        key=lambda row: tuple(row[name] for name in order),
    )
    about = "marts.arr_bridge_months, the twelve months. Check: movements less change."
    table = Table("Bridge data", about, columns, kept)
    return _with(table, "check", _movements_less_change)


def accounts_table(month: Month, rows: Mapping[str, Sequence[dict[str, Any]]]) -> Table:
    """Each account's twelve months, whether it is of the cohort, and what it kept."""
    columns = [
        Column("account_id", "Account"),
        Column("account_name", "Name", width=30),
        Column("segment", "Segment"),
        Column("is_in_cohort", "In cohort", "count", 9),
        Column("opening_arr", "Opening ARR, rates of then", "money"),
        *(Column(f"{name}_arr", name.capitalize(), "money") for name in MOVEMENTS),
        Column("fx_arr", "FX", "money"),
        Column("closing_arr", "Closing ARR", "money"),
        Column("revalued_arr", "Opening ARR, rates of the month", "money"),
        Column("kept_arr", "Kept, of the cohort", "money"),
        Column("check", "Check", "money", 10),
    ]
    amounts: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows["arr_bridge_accounts"]:
        sums = amounts[row["account_id"]]
        if row["month_start"] == month.cohort_month_start:
            sums["opening_arr"] += row["closing_arr"]
            continue
        if row["month_start"] == month.month_start:
            sums["closing_arr"] += row["closing_arr"]
        sums["fx_arr"] += row["fx_arr"]
        if row["movement"]:
            sums[f"{row['movement']}_arr"] += row["moved_arr"]
    for row in rows["retention_accounts"]:
        amounts[row["account_id"]]["revalued_arr"] += row["opening_arr"]
    known = {row["account_id"]: row for row in rows["accounts"]}
    money = [column.name for column in columns if column.look == "money"]
    kept = [
        {
            **{name: sums[name] + ZERO for name in money},
            "account_id": account_id,
            "account_name": known[account_id]["account_name"],
            "segment": known[account_id]["segment"],
            "is_in_cohort": Decimal(sums["revalued_arr"] > 0),
        }
        for account_id, sums in sorted(amounts.items())
        if any(sums.values())
    ]
    about = (
        "marts.arr_bridge_accounts and marts.retention_accounts, the twelve months. "
        "In the cohort: ARR above 0 twelve months before. Check: movements less change."
    )
    table = Table("Accounts", about, columns, kept)
    return _with(_with(table, "kept_arr", _kept), "check", _movements_less_change)


def _kept(table: Table, place: int, row: dict[str, Any]) -> Formula:
    cohort, revalued, closing = (
        table.cell(name, place)
        for name in ("is_in_cohort", "revalued_arr", "closing_arr")
    )
    value = min(row["revalued_arr"], row["closing_arr"])
    text = f"IF({cohort}=1,MIN({revalued},{closing}),0)"
    return Formula(text, value if row["is_in_cohort"] else ZERO)


def _movements_less_change(table: Table, place: int, row: dict[str, Any]) -> Formula:
    names = ("opening_arr", *(f"{name}_arr" for name in MOVEMENTS), "fx_arr")
    first, last = table.cell(names[0], place), table.cell(names[-1], place)
    value = sum((row[name] for name in names), Decimal(0)) - row["closing_arr"]
    closing = table.cell("closing_arr", place)
    return Formula(f"ROUND(ABS(SUM({first}:{last})-{closing}),2)", abs(value))


def retention_table(rows: Sequence[dict[str, Any]]) -> Table:
    """Each retention of the month with what it is made of."""
    columns = [
        Column("scope_type", "Scope"),
        Column("scope_value", "Part", width=22),
        Column("metric_id", "Retention", width=30),
        Column("numerator", "Numerator", "money"),
        Column("denominator", "Denominator", "money"),
        Column("value", "Value", "exact_rate"),
        Column("n_accounts", "Accounts", "count", 10),
        Column("top_account_share", "Largest account", "rate", 10),
        Column("n_unknown_accounts", "Accounts whose loss is not known", "count", 14),
        Column("unknown_arr", "Of the loss not known", "money"),
    ]
    order = ("scope_type", "scope_value", "metric_id")
    kept = sorted(rows, key=lambda row: tuple(row[name] for name in order))
    about = (
        "marts.retention_months, the month. Value: numerator / denominator. Not known: "
        "what reads as lost, at most, because rows were refused."
    )
    table = Table("Retention data", about, columns, kept)
    return _with(table, "value", _value)


def _value(table: Table, place: int, row: dict[str, Any]) -> Formula:
    return quotient(
        Formula(table.cell("numerator", place), row["numerator"]),
        Formula(table.cell("denominator", place), row["denominator"]),
        NO_OPENING,
    )


def reported_table(rows: Sequence[dict[str, Any]]) -> Table:
    """The company's net retention as the close of the month reported it."""
    columns = [
        Column("snapshot_id", "Snapshot", width=22),
        Column("metric_id", "Retention", width=30),
        Column("reported_numerator", "Numerator", "money"),
        Column("reported_denominator", "Denominator", "money"),
        Column("reported_value", "Value", "exact_rate"),
        Column("reported_policy_version", "Policy version"),
    ]
    about = "marts.retention_restatements of the company, the month: as reported."
    return Table("As reported", about, columns, rows)


def flow_table(rows: Sequence[dict[str, Any]]) -> Table:
    """What leads from flow retention to net retention, account by account."""
    columns = [
        Column("step", "Step", width=30),
        Column("account_id", "Account"),
        Column("numerator_delta", "Numerator", "money"),
        Column("denominator_delta", "Denominator", "money"),
    ]
    kept = sorted(rows, key=lambda row: (row["step"], row["account_id"]))
    about = "marts.retention_bridge of the company, the month: to add to nrr_flow_12m."
    return Table("Flow to net", about, columns, kept)


def drivers_table(rows: Sequence[dict[str, Any]]) -> Table:
    """Why continuing accounts grew or shrank in the twelve months."""
    columns = [
        Column("month_start", "Month", "date", 12),
        Column("account_id", "Account"),
        Column("product_id", "Product", width=20),
        Column("previous_product_id", "Instead of", width=20),
        Column("driver", "Driver"),
        Column("arr_delta", "ARR", "money"),
    ]
    order = ("month_start", "account_id", "product_id", "driver")
    kept = sorted(rows, key=lambda row: tuple(row[name] for name in order))
    about = "marts.expansion_drivers, the twelve months."
    return Table("Drivers", about, columns, kept)


def plain_table(sheet: str, mart: str, frame: pd.DataFrame) -> Table:
    """A mart as it stands, each column looking as its values do."""
    columns = [
        Column(name, name.replace("_", " ").capitalize(), _look(frame[name]), 18)
        for name in frame
    ]
    rows = sorted(_rows(frame), key=lambda row: [str(value) for value in row.values()])
    return Table(sheet, f"marts.{mart}.", columns, rows)


def _look(values: pd.Series) -> str:
    kinds = {type(value) for value in values.dropna()}
    if values.name in ("tolerance",) or str(values.name).endswith("_rate"):
        return "rate"
    if kinds == {Decimal}:
        return "money"
    return "date" if kinds == {dt.date} else "text"


def summary_lines(
    month: Month,
    accounts: Table,
    retention: Table,
    flow: Table,
    bridge: Table,
    checks: Sequence[Line],
) -> list[Line]:
    """The front page: what it is about, the bridge, the retentions, the flow form."""

    def of_cohort(column: str) -> Formula:
        return cents(accounts.sum(column, is_in_cohort=1))

    opening, closing = of_cohort("revalued_arr"), of_cohort("closing_arr")
    kept = of_cohort("kept_arr")
    fx = cents(
        accounts.sum("fx_arr", is_in_cohort=1)
        + accounts.sum("opening_arr", is_in_cohort=1)
        - accounts.sum("revalued_arr", is_in_cohort=1)
    )
    logos = accounts.count(is_in_cohort=1)
    kept_logos = Formula(
        f"COUNTIFS({accounts.span('is_in_cohort')},1,"
        f'{accounts.span("closing_arr")},">0")',
        Decimal(
            sum(r["is_in_cohort"] == 1 and r["closing_arr"] > 0 for r in accounts.rows)
        ),
    )
    then = f"{month.cohort_month_start:%B %Y}"
    lines = [
        Line(f"Net revenue retention, {month.name}", look="title"),
        Line("Scope", "the whole company", "text"),
        Line("As of", month.as_of, "date"),
        Line("Policy version", month.policy_version, "text"),
        Line("Currency", f"{month.currency} at plan rates of the month", "text"),
        Line(
            "Net revenue retention = closing ARR of the cohort / its opening.",
            look="note",
        ),
        Line("Cohort: accounts with ARR above 0 twelve months before.", look="note"),
        Line("Sum of all checks, must read 0", _reference(checks), "bold"),
    ]
    if not number(opening):
        lines.append(
            Line(f"No account had ARR in {then}: there is no retention.", look="bold")
        )
    lines += [
        Line("Bridge of the cohort", look="heading"),
        Line(f"Opening ARR, {then}", opening),
        Line("Expansion", of_cohort("expansion_arr")),
        Line(
            "Lost and won back",
            cents(
                accounts.sum("reactivation_arr", is_in_cohort=1)
                + accounts.sum("new_arr", is_in_cohort=1)
            ),
        ),
        Line("Contraction", of_cohort("contraction_arr")),
        Line("Churn", of_cohort("churn_arr")),
        Line("FX on what was gained or lost", fx),
        Line(f"Closing ARR, {month.name}", closing, "total"),
        Line("Net revenue retention", quotient(closing, opening, NO_OPENING), "rate"),
        Line("Gross revenue retention", quotient(kept, opening, NO_OPENING), "rate"),
        Line("Logo retention", quotient(kept_logos, logos, NO_OPENING), "rate"),
        Line("Accounts of the cohort", logos, "count"),
        Line(
            "Of the loss not known, as rows were refused: ARR, at most",
            cents(_metric(retention, NET, "unknown_arr")),
        ),
        Line(
            "Of the loss not known, as rows were refused: accounts",
            _metric(retention, NET, "n_unknown_accounts"),
            "count",
        ),
        Line("From flow retention to net retention", look="heading"),
        Line("Numerator of nrr_flow_12m", _metric(retention, "nrr_flow_12m")),
        *(
            Line(label, cents(flow.sum("numerator_delta", step=step)))
            for step, label in STEPS.items()
        ),
        Line("Numerator of net revenue retention", closing, "total"),
        Line(f"ARR of {month.name}, all accounts", look="heading"),
        *(
            Line(label, cents(_company(month, bridge, column)))
            for column, label in (
                ("opening_arr", "Opening ARR"),
                *((f"{name}_arr", name.capitalize()) for name in MOVEMENTS),
                ("fx_arr", "FX"),
            )
        ),
        Line("Closing ARR", cents(_company(month, bridge, "closing_arr")), "total"),
    ]
    return lines


def reported_lines(
    month: Month,
    closes: Sequence[dict[str, Any]],
    reported: Table,
    retention: Table,
) -> list[Line]:
    """What the close of the month reported, beside what the same figures are now."""
    title = Line(f"Net revenue retention of {month.name}, as reported", look="heading")
    if not closes:
        return [
            title,
            Line("The month is not closed, nothing is reported.", look="note"),
        ]
    [close] = closes
    lines = [
        title,
        Line("Snapshot", close["snapshot_id"], "text"),
        Line("Closed on", close["closed_on"], "date"),
        Line("Closed by", close["closed_by"], "text"),
    ]
    if not reported.rows:
        return [*lines, Line("The close holds no retention.", look="note")]
    amounts = ("numerator", "denominator")
    then = [cents(reported.sum(f"reported_{name}")) for name in amounts]
    now = [cents(_metric(retention, NET, name)) for name in amounts]
    apart = [cents(one - other) for one, other in zip(now, then, strict=True)]
    return [
        *lines,
        *_figures("as reported", then, quotient(*then, NO_OPENING)),
        *_figures("restated now", now, quotient(*now, NO_OPENING)),
        *_figures("difference", apart, quotients_apart(now, then)),
    ]


def _figures(what: str, amounts: Sequence[Formula], value: Formula) -> list[Line]:
    numerator, denominator = amounts
    return [
        Line(f"Numerator, {what}", numerator),
        Line(f"Denominator, {what}", denominator),
        Line(f"Net revenue retention, {what}", value, "exact_rate"),
    ]


def quotients_apart(now: Sequence[Formula], then: Sequence[Formula]) -> Formula:
    """A fraction less another, or a text where either has nothing to divide by."""
    one, other = (quotient(*amounts, NO_OPENING) for amounts in (now, then))
    texts = [
        f"ROUND({dividend.text}/IF({divisor.text}=0,1,{divisor.text}),6)"
        for dividend, divisor in (now, then)
    ]
    text = (
        f'IF({now[1].text}*{then[1].text}=0,"{NO_OPENING}",'
        f"ROUND({texts[0]}-{texts[1]},6))"
    )
    if NO_OPENING in (one.value, other.value):
        return Formula(text, NO_OPENING)
    return Formula(text, number(one) - number(other))


def _reference(checks: Sequence[Line]) -> Formula:
    """The last line of the checks, their sum."""
    assert isinstance(checks[-1].value, Formula)
    return Formula(f"'Checks'!$B${len(checks)}", checks[-1].value.value)


def _metric(retention: Table, metric: str, column: str = "numerator") -> Formula:
    return retention.sum(column, scope_type="company", metric_id=metric)


def _company(month: Month, bridge: Table, column: str) -> Formula:
    return bridge.sum(column, scope_type="company", month_start=month.month_start)


def check_lines(
    month: Month,
    bridge: Table,
    accounts: Table,
    retention: Table,
    flow: Table,
    drivers: Table,
) -> list[Line]:
    """Differences that must all be 0, and their sum."""
    net, gross = NET, "gross_revenue_retention_12m"
    cohort = {"is_in_cohort": 1}
    pairs = [
        (
            "ARR of each scope and month: movements less change",
            bridge.sum("check"),
            None,
        ),
        ("Each account: movements less change", accounts.sum("check"), None),
        *(
            (
                f"Movements, {name}: accounts less company, twelve months",
                accounts.sum(f"{name}_arr"),
                bridge.sum(f"{name}_arr", scope_type="company"),
            )
            for name in (*MOVEMENTS, "fx")
        ),
        (
            "Closing ARR: accounts less company",
            accounts.sum("closing_arr"),
            _company(month, bridge, "closing_arr"),
        ),
        (
            "Closing ARR: segments less company",
            bridge.sum(
                "closing_arr", scope_type="segment", month_start=month.month_start
            ),
            _company(month, bridge, "closing_arr"),
        ),
        (
            "Net retention, numerator: cohort less mart",
            accounts.sum("closing_arr", **cohort),
            _metric(retention, net),
        ),
        (
            "Net retention, denominator: cohort less mart",
            accounts.sum("revalued_arr", **cohort),
            _metric(retention, net, "denominator"),
        ),
        (
            "Gross retention, numerator: cohort less mart",
            accounts.sum("kept_arr"),
            _metric(retention, gross),
        ),
        (
            "Logo retention, denominator: cohort less mart",
            accounts.count(**cohort),
            _metric(retention, "logo_retention_12m", "denominator"),
        ),
        (
            "Flow retention and its steps less net retention, numerator",
            _metric(retention, "nrr_flow_12m") + flow.sum("numerator_delta"),
            _metric(retention, net),
        ),
        (
            "Flow retention and its steps less net retention, denominator",
            _metric(retention, "nrr_flow_12m", "denominator")
            + flow.sum("denominator_delta"),
            _metric(retention, net, "denominator"),
        ),
        (
            "Drivers less expansion and contraction",
            drivers.sum("arr_delta"),
            accounts.sum("expansion_arr") + accounts.sum("contraction_arr"),
        ),
    ]
    lines = [
        Line("Checks", look="title"),
        Line("Each must read 0: what one sheet says less another.", look="note"),
        Line("Difference", "Amount", "heading"),
    ]
    first = len(lines) + 1
    for label, one, other in pairs:
        lines.append(Line(label, cents(one - other) if other else cents(one)))
    values = [number(line.value) for line in lines if isinstance(line.value, Formula)]
    span = f"B{first}:B{len(lines)}"
    total = Formula(
        f'ROUND(SUMIF({span},">0")-SUMIF({span},"<0"),2)',
        sum((abs(value) for value in values), ZERO),
    )
    return [*lines, Line("All differences, whatever their sign", total, "total")]


def _with(
    table: Table,
    column: str,
    formula: Callable[[Table, int, dict[str, Any]], Formula],
) -> Table:
    """The table with a column that each row computes."""
    rows = [
        row | {column: formula(table, place, row)}
        for place, row in enumerate(table.rows)
    ]
    return Table(table.sheet, table.about, table.columns, rows)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dicts; what is missing is None, whatever pandas made of it."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [
        {str(name): value for name, value in row.items()}
        for row in plain.to_dict("records")
    ]


def _write_lines(
    sheet: Worksheet, lines: Sequence[Line], looks: Mapping[str, Format]
) -> None:
    sheet.set_column(0, 0, 62)
    sheet.set_column(1, 1, 22)
    for place, line in enumerate(lines):
        is_plain = line.value is not None and line.look not in ("heading", "total")
        sheet.write(place, 0, line.label, None if is_plain else looks[line.look])
        _write(sheet, place, 1, line.value, looks[line.look])
    _lay_out(sheet, len(lines), 2, header=0)


def _refuse_overflow(table: Table) -> None:
    if len(table.rows) > ROWS_OF_A_SHEET - HEADER:
        raise OverflowError(
            f"{table.sheet} has {len(table.rows):,} rows, more than a sheet holds: "
            "read the marts instead."
        )


def _write_table(sheet: Worksheet, table: Table, looks: Mapping[str, Format]) -> None:
    _refuse_overflow(table)
    sheet.write(0, 0, table.sheet, looks["title"])
    sheet.write(1, 0, table.about, looks["note"])
    if not table.rows:
        sheet.write(2, 0, "There are none.", looks["bold"])
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, column.width)
        sheet.write(HEADER - 1, place, column.title, looks["heading"])
        for row, values in enumerate(table.rows, start=HEADER):
            _write(sheet, row, place, values[column.name], looks[column.look])
    sheet.freeze_panes(HEADER, 1)
    sheet.repeat_rows(HEADER - 1)
    _lay_out(sheet, HEADER + max(len(table.rows), 1), len(table.columns), HEADER)


def _mark(sheet: Worksheet, doubt: str, look: Format) -> None:
    """Says on a sheet, and on each page of it, that its figures were not checked."""
    sheet.write_string(2, 2, f"NOT CHECKED: {doubt}.", look)
    sheet.set_tab_color("#C00000")
    sheet.set_header('&C&"-,Bold"&KC00000NOT CHECKED')


def _lay_out(sheet: Worksheet, n_rows: int, n_columns: int, header: int) -> None:
    sheet.print_area(0, 0, n_rows - 1, n_columns - 1)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    if header:
        sheet.set_landscape()
    sheet.set_footer("&L&A&RPage &P of &N")


def _write(sheet: Worksheet, row: int, column: int, value: Any, look: Format) -> None:
    if isinstance(value, Formula):
        result = value.value if isinstance(value.value, str) else float(value.value)
        sheet.write_formula(row, column, f"={value.text}", look, result)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, value, look)
    elif isinstance(value, Decimal | int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, float(value), look)
    elif value is not None:
        sheet.write_string(row, column, str(value), look)
