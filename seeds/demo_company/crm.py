"""Opportunities, activities, plans and pay."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from .balances import Balances, cents
from .book import Book, Deal
from .catalog import CURRENCY, PLATFORM, SEGMENTS
from .dates import AS_OF, FAR, FOUNDED, day, month_end, months
from .lives import Diary
from .people import LEAVER_LEFT_ON, Account, Contact, User, team

OPEN_STAGES = ["qualification", "discovery", "proposal", "negotiation"]
SELLER = {"new": "sales", "expansion": "account_manager", "renewal": "csm"}


def case_deals(
    balances: Balances, accounts: list[Account], steps: set[tuple[str, date]]
) -> list[Deal]:
    """Deals of the hand-written accounts, read from how their balance moved."""
    deals = []
    for account in accounts:
        if not account.is_case:
            continue
        before = Decimal(0)
        for month in months(FOUNDED):
            if month_end(month) > AS_OF:
                break
            now = balances.get((account.account_id, month), Decimal(0))
            gain, kind = now - before, "expansion" if before else "new"
            if gain > 200 and (account.account_id, month) not in steps:
                deals.append(
                    Deal(account.account_id, kind, month + timedelta(days=14),
                         None, gain, "USD")
                )  # fmt: skip
            before = now
    return deals


def contracted_steps(book: Book, top: dict[str, str]) -> set[tuple[str, date]]:
    """Account and month of the steps that were signed long before."""
    return {
        (
            top[book.subscriptions[item.subscription_id].account_id],
            item.valid_from.replace(day=1),
        )
        for item in book.items
        if item.is_contracted_step
    }


class Desk:
    """Numbers and staffs opportunities."""

    def __init__(
        self, accounts: list[Account], people: list[User], rng: np.random.Generator
    ):
        self.accounts = {account.account_id: account for account in accounts}
        self.people, self.rng = people, rng
        self.rows: list[dict] = []

    def owner(self, account: Account, kind: str, closes_on: date) -> str:
        role = SELLER[kind]
        mates = team(self.people, role, account.segment)
        owner = getattr(account, f"{role}_user_id") or mates[0].user_id
        leaver = next((mate for mate in mates if not mate.is_active), None)
        if leaver and owner == leaver.user_id and LEAVER_LEFT_ON < closes_on <= AS_OF:
            return mates[0].user_id
        return owner

    def cycle(self, account: Account, kind: str) -> int:
        segment = SEGMENTS[account.segment]
        mean = {
            "new": segment.new_cycle,
            "expansion": segment.grow_cycle,
            "renewal": 75,
        }[kind]
        return max(4, int(mean * self.rng.lognormal(-0.04, 0.3)))

    def add(self, deal: Deal, closes_on: date, stage: str | None = None) -> None:
        account = self.accounts[deal.account_id]
        created = closes_on - timedelta(days=self.cycle(account, deal.kind))
        if stage:
            created = min(
                created, AS_OF - timedelta(days=int(self.rng.integers(2, 30)))
            )
        owner = self.owner(account, deal.kind, closes_on)
        account.created_on = min(account.created_on, created)
        self.rows.append(
            {
                "account_id": deal.account_id,
                "owner_user_id": owner,
                "opportunity_type": deal.kind,
                "product_id": deal.product_id,
                "play": deal.play,
                "amount_arr": cents(max(deal.amount, Decimal(0))),
                "currency": deal.currency,
                "stage": stage or ("closed_won" if deal.is_won else "closed_lost"),
                "created_on": created,
                "close_on": closes_on,
                "is_closed": stage is None,
                "is_won": stage is None and deal.is_won,
            }
        )


def opportunities(
    deals: list[Deal],
    accounts: list[Account],
    people: list[User],
    book: Book,
    rng: np.random.Generator,
) -> list[dict]:
    """Won deals as they happened, the lost ones that win rates imply, open ones."""
    desk = Desk(accounts, people, rng)
    for deal in deals:
        if deal.amount > 0:
            closed = deal.on - timedelta(days=int(rng.integers(0, 24)))
            desk.add(deal, min(closed, AS_OF))
    lost_deals(desk, deals, accounts, book, rng)
    open_deals(desk, deals, accounts, book, rng)
    rows = sorted(
        desk.rows, key=lambda r: (r["created_on"], r["account_id"], r["close_on"])
    )
    for number, row in enumerate(rows, 1):
        row["opportunity_id"] = f"OPP-{number:05d}"
    return rows


def first_starts(book: Book) -> dict[str, date]:
    starts: dict[str, date] = {}
    for subscription in book.subscriptions.values():
        key = subscription.account_id
        starts[key] = min(starts.get(key, FAR), subscription.started_on)
    return starts


def active_between(book: Book, on: date) -> list[str]:
    """Accounts with a contract in force on a date."""
    return sorted(
        {
            s.account_id
            for s in book.subscriptions.values()
            if s.started_on <= on < (s.ends_on or FAR)
        }
    )


def lost_deals(
    desk: Desk,
    deals: list[Deal],
    accounts: list[Account],
    book: Book,
    rng: np.random.Generator,
) -> None:
    """As many as the segment's win rate asks for, at about the time of the won ones."""
    starts = first_starts(book)
    segment_of = {a.account_id: a.segment for a in accounts}
    merged = {a.account_id for a in accounts if a.merged_into_account_id}
    for deal in deals:
        segment_name = segment_of[deal.account_id]
        segment = SEGMENTS[segment_name]
        if deal.kind == "renewal" or deal.amount <= 0:
            continue
        win = segment.new_win if deal.kind == "new" else segment.grow_win
        for _ in range(int(rng.poisson((1 - win) / win))):
            on = deal.on + timedelta(days=int(rng.integers(-40, 40)))
            if not FOUNDED <= on <= AS_OF:
                continue
            if deal.kind == "new":
                pool = [
                    a.account_id
                    for a in accounts
                    if a.segment == segment_name
                    and starts.get(a.account_id, FAR) > on + timedelta(days=90)
                ]
            else:
                pool = [
                    key
                    for key in active_between(book, on)
                    if segment_of[key] == segment_name and key not in merged
                ]
            if pool:
                key = pool[int(rng.integers(len(pool)))]
                amount = deal.amount * Decimal(str(round(rng.uniform(0.7, 1.5), 2)))
                currency = CURRENCY[desk.accounts[key].country]
                desk.add(
                    Deal(key, deal.kind, on, deal.product_id, amount, currency, False),
                    on,
                )


def open_deals(
    desk: Desk,
    deals: list[Deal],
    accounts: list[Account],
    book: Book,
    rng: np.random.Generator,
) -> None:
    """The pipeline at as_of: first contracts, growth, and renewals of the quarter."""
    starts = first_starts(book)
    sizes: dict[tuple[str, str], list[Decimal]] = {}
    segment_of = {a.account_id: a.segment for a in accounts}
    for deal in deals:
        key = (segment_of[deal.account_id], deal.kind)
        sizes.setdefault(key, []).append(deal.amount)
    prospects = [a for a in accounts if starts.get(a.account_id, FAR) > AS_OF]
    customers = set(active_between(book, AS_OF))
    for account in accounts:
        is_customer = account.account_id in customers
        kind = "expansion" if is_customer else "new"
        odds = 0.10 if account.segment == "small_business" else 0.22
        if not is_customer and account not in prospects:
            continue
        if rng.random() < (odds if is_customer else 0.7):
            typical = sizes[(account.segment, kind)]
            amount = typical[int(rng.integers(len(typical)))]
            stage = OPEN_STAGES[int(rng.choice(4, p=[0.3, 0.3, 0.25, 0.15]))]
            product = PLATFORM[1] if kind == "new" else None
            closes = AS_OF + timedelta(days=int(rng.integers(5, 120)))
            desk.add(
                Deal(
                    account.account_id, kind, closes, product, amount, account.currency
                ),
                closes,
                stage,
            )
    for subscription in book.subscriptions.values():
        term, end = subscription.term_ends_on, subscription.ends_on
        if term and not end and timedelta(31) < term - AS_OF < timedelta(days=95):
            worth = sum(
                (
                    item.list_arr
                    for item in book.items_of(subscription)
                    if item.charge_type == "recurring" and item.valid_to is None
                ),
                Decimal(0),
            )
            stage = OPEN_STAGES[int(rng.integers(1, 4))]
            deal = Deal(
                subscription.account_id, "renewal", term, None, worth,
                subscription.currency,
            )  # fmt: skip
            if worth > 0:
                desk.add(deal, term, stage)


KINDS = ["email", "call", "meeting", "business_review"]
ROLES = ["csm", "account_manager", "sales"]


def activities(
    accounts: list[Account],
    people: list[User],
    contacts: list[Contact],
    book: Book,
    diary: Diary,
    rng: np.random.Generator,
) -> list[dict]:
    """Touches with customers; in trouble fewer of them are answered."""
    rows = []
    by_account: dict[str, list[Contact]] = {}
    for contact in contacts:
        by_account.setdefault(contact.account_id, []).append(contact)
    spans: dict[str, list[tuple[date, date]]] = {}
    for item in book.subscriptions.values():
        span = (item.started_on, item.ends_on or FAR)
        spans.setdefault(item.account_id, []).append(span)
    for account in accounts:
        key = account.account_id
        for month in months(max(account.created_on, FOUNDED)):
            is_customer = any(s <= month < e for s, e in spans.get(key, []))
            pulse = diary.pulses.get((key, month))
            answered = 0.35 if pulse and pulse.trouble else 0.68
            rate = SEGMENTS[account.segment].activities / (1 if is_customer else 6)
            for _ in range(int(rng.poisson(rate))):
                on = month + timedelta(days=int(rng.integers(0, month_end(month).day)))
                if on.weekday() >= 5:
                    on -= timedelta(days=2)
                if account.created_on <= on <= AS_OF:
                    user = who_calls(account, people, on, is_customer, rng)
                    known = by_account[key]
                    rows.append(touch(account, user, known, on, answered, rng))
    rows += executive_meetings(diary, by_account, rng)
    rows.sort(key=lambda r: (r["occurred_on"], r["account_id"], r["activity_type"]))
    for number, row in enumerate(rows, 1):
        row["activity_id"] = f"ACT-{number:06d}"
    return rows


def who_calls(
    account: Account,
    people: list[User],
    on: date,
    is_customer: bool,
    rng: np.random.Generator,
) -> str:
    """The account's owner in one role; a colleague once the owner has left."""
    weights = [0.6, 0.3, 0.1] if is_customer else [0, 0, 1]
    role = ROLES[int(rng.choice(3, p=weights))]
    mates = team(people, role, account.segment)
    owner = getattr(account, f"{role}_user_id") or mates[0].user_id
    has_left = any(m.user_id == owner and on > (m.ended_on or FAR) for m in mates)
    return mates[0].user_id if has_left else owner


def touch(
    account: Account,
    user_id: str,
    contacts: list[Contact],
    on: date,
    answered: float,
    rng: np.random.Generator,
) -> dict:
    kind = KINDS[int(rng.choice(4, p=[0.5, 0.22, 0.22, 0.06]))]
    there = [c for c in contacts if c.since <= on < (c.left_on or FAR)]
    contact = None
    if there and rng.random() < 0.85:
        contact = there[int(rng.integers(len(there)))].contact_id
    is_live = kind in ("meeting", "business_review")
    return {
        "account_id": account.account_id,
        "contact_id": contact,
        "user_id": user_id,
        "activity_type": kind,
        "is_two_way": is_live or bool(rng.random() < answered),
        "occurred_on": on,
    }


def executive_meetings(
    diary: Diary, by_account: dict[str, list[Contact]], rng: np.random.Generator
) -> list[dict]:
    """The meetings that made the plays of that signal surface."""
    rows = []
    for run in diary.runs:
        if run.signal != "executive_meeting":
            continue
        on = run.surfaced_on - timedelta(days=int(rng.integers(3, 21)))
        contact = next(
            (
                c.contact_id
                for c in by_account[run.account_id]
                if c.seniority == "executive" and c.since <= on < (c.left_on or FAR)
            ),
            None,
        )
        rows.append(
            {
                "account_id": run.account_id,
                "contact_id": contact,
                "user_id": run.owner_user_id,
                "activity_type": "meeting",
                "is_two_way": True,
                "occurred_on": on,
            }
        )
    return rows


def account_plans(
    accounts: list[Account], book: Book, rng: np.random.Generator
) -> list[dict]:
    """A plan a year for most larger customers; some without target or review."""
    rows = []
    starts = first_starts(book)
    ended = {s.account_id: s.ends_on for s in book.subscriptions.values() if s.ends_on}
    share = {"enterprise": 0.85, "mid_market": 0.55, "small_business": 0.03}
    for account in accounts:
        started = starts.get(account.account_id, AS_OF)
        for year in (2024, 2025, 2026):
            begins = max(date(year, 1, 15), started + timedelta(days=45))
            gone = ended.get(account.account_id, FAR)
            if begins.year != year or begins > AS_OF or gone < begins:
                continue
            if rng.random() > share[account.segment]:
                continue
            status = "done" if year < 2026 else "active"
            if year == 2026 and rng.random() < 0.2:
                status = "draft"
            end = date(year, 12, 31)
            last = min(AS_OF, end)
            reviewed = begins + timedelta(
                days=int((last - begins).days * rng.beta(3, 1.2))
            )
            has_target = rng.random() < 0.75
            is_unread = status == "draft" or rng.random() < 0.1
            product = "PRD-ANALYTICS" if rng.random() < 0.5 else "PRD-AUTOMATION"
            low, high = SEGMENTS[account.segment].seats
            target = Decimal(int(rng.uniform(low, high) * 20)) * 10
            owner = account.account_manager_user_id or account.csm_user_id
            rows.append(
                {
                    "plan_id": f"PLAN-{len(rows) + 1:04d}",
                    "account_id": account.account_id,
                    "owner_user_id": owner,
                    "status": status,
                    "target_product_id": product if has_target else None,
                    "target_expansion_arr": target if has_target else None,
                    "starts_on": begins,
                    "ends_on": end,
                    "reviewed_on": None if is_unread else reviewed,
                }
            )
    return rows


# role, from, to, base, variable, weights: expansion, net retention, new logo, other
PAY = [
    ("csm", "2023-01-01", "2025-01-01", 82000, 14000, "0", "0.4", "0", "0.6"),
    ("csm", "2025-01-01", None, 86000, 18000, "0", "0", "0", "1"),
    ("account_manager", "2023-01-01", "2025-01-01", 74000, 42000, "0.45", "0.4", "0.1",
     "0.05"),
    ("account_manager", "2025-01-01", None, 76000, 50000, "0.6", "0.3", "0", "0.1"),
    ("sales", "2023-01-01", None, 72000, 72000, "0.1", "0", "0.9", "0"),
    ("executive", "2023-01-01", None, 190000, 60000, "0.2", "0.4", "0.3", "0.1"),
]  # fmt: skip


def compensation_plans() -> list[dict]:
    return [
        {
            "role": role,
            "valid_from": day(start),
            "valid_to": day(end) if end else None,
            "base_pay": base,
            "variable_pay": variable,
            "currency": "USD",
            "weight_expansion": weights[0],
            "weight_nrr": weights[1],
            "weight_new_logo": weights[2],
            "weight_other": weights[3],
        }
        for role, start, end, base, variable, *weights in PAY
    ]
