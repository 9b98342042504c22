"""Rates, costs, the general ledger and what was reported at the time."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from .balances import Balances, Locals, cents, in_dollars, plan_rate
from .book import Deal
from .catalog import PLAN_RATES, PLAN_YEARS
from .dates import AS_OF, FOUNDED, add_months, month_end, months, workday

# What a dollar of ARR costs to win, and what a month of the base costs to keep.
COST_OF_NEW = 1.45
COST_OF_EXPANSION = 0.62
COST_OF_KEEPING = 0.010
# motion -> function -> share of the motion's cost
COST_SHARES = {
    "new_logo": {"marketing": 0.42, "sales": 0.58},
    "expansion": {
        "marketing": 0.08,
        "sales": 0.14,
        "account_management": 0.56,
        "customer_success": 0.22,
    },
    "retention": {"account_management": 0.25, "customer_success": 0.75},
}
LEAD_MONTHS = {"new_logo": 3, "expansion": 2}
REPORTED_FROM, REPORTED_TO = date(2025, 4, 1), date(2026, 3, 1)
REPORTED_WRONG = {
    (date(2025, 10, 1), "closing_arr"): Decimal("18400.00"),
    (date(2026, 1, 1), "net_revenue_retention_12m"): Decimal("0.004"),
}
ACCRUAL_MONTH, ACCRUAL = date(2025, 12, 1), Decimal("12500.00")


def fx_rates(rng: np.random.Generator) -> list[dict]:
    """A plan rate a year, known a year ahead, and a spot rate a month."""
    rows = []
    for currency in ("EUR", "GBP"):
        for year, rate in zip(PLAN_YEARS, PLAN_RATES[currency], strict=True):
            rows.append(fx_row(currency, "plan", date(year, 1, 1), Decimal(rate)))
        for month in months(FOUNDED):
            drift = 1 + float(rng.normal(0, 0.012))
            rate = float(plan_rate(currency, month)) * drift
            spot = Decimal(str(round(rate, 4)))
            rows.append(fx_row(currency, "spot", month, spot))
    return rows


def fx_row(currency: str, kind: str, on: date, rate: Decimal) -> dict:
    return {"currency": currency, "rate_type": kind, "valid_from": on, "rate": rate}


def won_by_month(deals: list[Deal], kind: str) -> dict[date, float]:
    won: dict[date, float] = defaultdict(float)
    for deal in deals:
        if deal.kind == kind and deal.is_won:
            amount = deal.amount * plan_rate(deal.currency, deal.on)
            won[deal.on.replace(day=1)] += float(amount)
    return won


def gtm_costs(
    deals: list[Deal], balances: Balances, rng: np.random.Generator
) -> list[dict]:
    """Budgets move slowly: a year's average of what is won some months later."""
    rows = []
    base: dict[date, Decimal] = defaultdict(Decimal)
    for (_, month), arr in balances.items():
        base[month] += arr
    won = {
        "new_logo": won_by_month(deals, "new"),
        "expansion": won_by_month(deals, "expansion"),
    }
    price = {"new_logo": COST_OF_NEW, "expansion": COST_OF_EXPANSION}
    for month in months(FOUNDED):
        for motion, shares in COST_SHARES.items():
            if motion == "retention":
                amount = COST_OF_KEEPING * float(base[month])
            else:
                amount = price[motion] * lagged(won[motion], month, motion)
            for function, share in shares.items():
                cost = amount * share * float(rng.normal(1, 0.03))
                rows.append(
                    {
                        "month_start": month,
                        "function": function,
                        "motion": motion,
                        "amount": Decimal(round(cost / 10) * 10),
                        "currency": "USD",
                    }
                )
    return rows


def lagged(won: dict[date, float], month: date, motion: str) -> float:
    """Mean won per month around the month the spending is for; not the founding."""
    centre = add_months(month, LEAD_MONTHS[motion])
    window = [add_months(centre, n) for n in range(-5, 7)]
    seen = [w for w in window if add_months(FOUNDED, 2) <= w <= AS_OF]
    return sum(won.get(w, 0.0) for w in seen) / len(seen)


def gl_revenue(lines: list[dict], rates: list[dict], usage: set[str]) -> list[dict]:
    """Invoiced amounts spread over the days of service, at each month's spot rate."""
    spot = {
        (row["currency"], row["valid_from"]): row["rate"]
        for row in rates
        if row["rate_type"] == "spot"
    }
    sums: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    for line in lines:
        gl_class = "recurring"
        if line["line_type"] == "one_time":
            gl_class = "services"
        elif line["item_id"] in usage:
            gl_class = "usage"
        days = (line["service_to"] - line["service_from"]).days
        for month in months(line["service_from"], min(line["service_to"], AS_OF)):
            begins = max(month, line["service_from"])
            ends = min(month_end(month) + timedelta(days=1), line["service_to"])
            if ends <= begins:
                continue
            rate = spot.get((line["currency"], month), Decimal(1))
            part = line["amount"] * (ends - begins).days / days
            sums[(month, gl_class)] += part * rate
    sums[(ACCRUAL_MONTH, "recurring")] += ACCRUAL
    sums[(add_months(ACCRUAL_MONTH, 1), "recurring")] -= ACCRUAL
    for month in months(FOUNDED):
        sums[(month, "other")] += Decimal(350)
    return [
        {
            "month_start": month,
            "gl_class": gl_class,
            "amount": cents(amount),
            "currency": "USD",
        }
        for (month, gl_class), amount in sorted(sums.items())
    ]


def reported_metrics(balances: Balances, local: Locals) -> list[dict]:
    """A year of months as reported; two figures are wrong and stay so."""
    rows = []
    for month in months(REPORTED_FROM, REPORTED_TO):
        closing = {a: arr for (a, m), arr in balances.items() if m == month and arr > 0}
        opening = {
            account: arr
            for (account, m), arr in in_dollars(local, month).items()
            if m == add_months(month, -12)
        }
        cohort = {a: arr for a, arr in opening.items() if arr > 0}
        base = sum(cohort.values(), Decimal(0))
        now = {a: closing.get(a, Decimal(0)) for a in cohort}
        kept = sum((min(now[a], arr) for a, arr in cohort.items()), Decimal(0))
        values = {
            "closing_arr": sum(closing.values(), Decimal(0)),
            "net_revenue_retention_12m": round(sum(now.values()) / base, 4),
            "gross_revenue_retention_12m": round(kept / base, 4),
        }
        for metric, value in values.items():
            wrong = REPORTED_WRONG.get((month, metric), Decimal(0))
            rows.append(
                {"month_start": month, "metric": metric, "value": value + wrong}
            )
    return rows


def period_closes() -> list[dict]:
    """The books close on the fifth working day; the last quarter is still open."""
    return [
        {
            "month_start": month,
            "closed_on": workday(add_months(month, 1), 5),
            "closed_by": "R. Cotterane" if month.month % 3 == 0 else "U. Kilbracken",
        }
        for month in months(FOUNDED, REPORTED_TO)
    ]
