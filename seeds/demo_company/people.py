"""Accounts, who looks after them, their contacts and head-counts."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256

import numpy as np

from .catalog import COUNTRIES, CURRENCY, HOLDOUT_PERCENT, INDUSTRIES, SEGMENTS
from .dates import AS_OF, FOUNDED, add_months, day, months

FIRST = [
    "Bright", "Cedar", "Copper", "Delta", "Ember", "Fjord", "Granite", "Harbor",
    "Indigo", "Juniper", "Kestrel", "Lumen", "Maple", "Nimbus", "Onyx", "Pioneer",
    "Quartz", "Raven", "Saffron", "Tundra", "Umber", "Verdant", "Willow", "Zephyr",
]  # fmt: skip
SECOND = {
    "software": ["bit Labs", "stack Systems", "loop Software", "gate Data"],
    "manufacturing": ["forge Works", "line Industries", "weld Machines", "cast Metals"],
    "retail": ["cart Stores", "shelf Trading", "mart Outfitters", "loom Apparel"],
    "healthcare": ["well Clinics", "care Diagnostics", "vita Health", "med Imaging"],
    "logistics": ["haul Freight", "port Logistics", "lane Couriers", "dock Shipping"],
    "financial_services": [
        "vault Capital",
        "coin Lending",
        "sure Mutual",
        "mint Payments",
    ],
    "education": ["quill Academy", "page Institute", "desk Learning", "mind Schools"],
}
LEGAL = {
    "US": "Inc", "CA": "Corp", "DE": "GmbH", "FR": "SAS", "NL": "BV", "ES": "SL",
    "GB": "Ltd",
}  # fmt: skip
GIVEN = [
    "Adira", "Bexley", "Corwyn", "Dalia", "Evander", "Fenna", "Gideon", "Hester",
    "Ilva", "Jorun", "Kaspian", "Liora", "Maren", "Nils", "Orla", "Perrin", "Quilla",
    "Rowan", "Sunniva", "Teodor", "Una", "Viggo", "Wren", "Xanthe", "Ylva", "Zeno",
]  # fmt: skip
FAMILY_NAME = [
    "Ambrell", "Brackwood", "Cotterane", "Dunmarrow", "Elderfen", "Farrowick",
    "Gallowmere", "Hathersedge", "Inglethorn", "Jessamore", "Kilbracken",
]  # fmt: skip

# role, segment or None for all, head-count, weekly capacity
TEAMS = [
    ("csm", "enterprise", 4, 14),
    ("csm", "mid_market", 4, 22),
    ("csm", "small_business", 2, 45),
    ("account_manager", "enterprise", 4, 10),
    ("account_manager", "mid_market", 4, 14),
    ("account_manager", "small_business", 3, 16),
    ("sales", "enterprise", 5, 8),
    ("sales", "mid_market", 5, 12),
    ("sales", "small_business", 2, 40),
    ("executive", None, 3, None),
]
LEAVER_LEFT_ON = day("2026-04-17")


@dataclass
class User:
    user_id: str
    user_name: str
    role: str
    team: str
    is_active: bool
    started_on: date
    ended_on: date | None
    weekly_capacity: int | None


@dataclass
class Account:
    account_id: str
    account_name: str
    segment: str
    industry: str
    country: str
    created_on: date
    parent_account_id: str | None = None
    merged_into_account_id: str | None = None
    csm_user_id: str | None = None
    account_manager_user_id: str | None = None
    sales_user_id: str | None = None
    employees: int = 0
    is_case: bool = False

    @property
    def currency(self) -> str:
        return CURRENCY[self.country]


@dataclass
class Contact:
    contact_id: str
    account_id: str
    job_title: str
    seniority: str
    buying_role: str | None
    is_active: bool
    left_on: date | None = None
    since: date = field(default=FOUNDED)


def users(rng: np.random.Generator) -> list[User]:
    """The people of the teams; the last mid-market account manager has left."""
    people: list[User] = []
    for role, segment, size, capacity in TEAMS:
        for seat in range(size):
            n = len(people)
            name = f"{GIVEN[n % 26]} {FAMILY_NAME[(n * 7 + n // 26) % 11]}"
            left = role == "account_manager" and segment == "mid_market" and seat == 3
            started = add_months(FOUNDED, -int(rng.integers(1, 40)))
            people.append(
                User(
                    f"USR-{n + 1:03d}",
                    name,
                    role,
                    f"{role} {segment}" if segment else "executive",
                    not left,
                    started,
                    LEAVER_LEFT_ON if left else None,
                    capacity,
                )
            )
    return people


def team(people: list[User], role: str, segment: str) -> list[User]:
    return [user for user in people if user.team == f"{role} {segment}"]


def account_names(rng: np.random.Generator) -> dict[str, list[str]]:
    """Every invented name of an industry, in a random order."""
    return {
        industry: [
            f"{first}{second}"
            for first, second in rng.permutation(
                [(first, second) for first in FIRST for second in SECOND[industry]]
            )
        ]
        for industry in INDUSTRIES
    }


def new_account(
    number: int,
    segment: str,
    created_on: date,
    names: dict[str, list[str]],
    rng: np.random.Generator,
    country: str | None = None,
) -> Account:
    industry = INDUSTRIES[int(rng.integers(len(INDUSTRIES)))]
    weights = np.array([row[3] for row in COUNTRIES])
    drawn = COUNTRIES[int(rng.choice(len(COUNTRIES), p=weights / weights.sum()))][0]
    country = country or drawn
    low, high = SEGMENTS[segment].seats
    account = Account(
        f"ACC-{number:04d}",
        f"{names[industry].pop()} {LEGAL[country]}",
        segment,
        industry,
        country,
        created_on,
    )
    account.employees = int(rng.integers(low, high) * rng.uniform(4, 14))
    return account


def assign_owners(
    accounts: list[Account], people: list[User], rng: np.random.Generator
) -> None:
    """One owner per role out of the segment's teams; a few accounts have a gap."""
    for account in accounts:
        for role in ("csm", "account_manager", "sales"):
            owners = team(people, role, account.segment)
            owner = owners[int(rng.integers(len(owners)))].user_id
            has_none = role == "account_manager" and rng.random() < 0.05
            setattr(account, f"{role}_user_id", None if has_none else owner)


def is_holdout(play: str, account_id: str) -> bool:
    """Fixed for ever by the hash of play and account."""
    digest = sha256(f"{play}:{account_id}".encode()).hexdigest()
    return int(digest[:8], 16) % 100 < HOLDOUT_PERCENT


TITLES = {
    "executive": ["Chief Operating Officer", "Chief Information Officer", "VP IT"],
    "director": ["Director of Operations", "Director of Digital"],
    "manager": ["Operations Manager", "IT Manager", "Programme Manager"],
    "individual": ["Analyst", "Administrator", "Coordinator"],
}
BUYING_ROLE = {
    "executive": "economic_buyer",
    "director": "champion",
    "manager": "evaluator",
    "individual": None,
}
CONTACTS = {
    "enterprise": ["executive", "executive", "director", "manager", "individual"],
    "mid_market": ["executive", "director", "manager", "individual"],
    "small_business": ["executive", "manager"],
}


def contacts(
    accounts: list[Account],
    troubles: dict[str, list[date]],
    rng: np.random.Generator,
) -> list[Contact]:
    """People at the accounts; in half of the troubles the sponsor has left."""
    found: list[Contact] = []

    def add(account: Account, seniority: str, since: date) -> Contact:
        titles = TITLES[seniority]
        contact = Contact(
            f"CON-{len(found) + 1:05d}",
            account.account_id,
            titles[int(rng.integers(len(titles)))],
            seniority,
            BUYING_ROLE[seniority],
            True,
            since=since,
        )
        found.append(contact)
        return contact

    for account in accounts:
        mine = [
            add(account, seniority, account.created_on)
            for seniority in CONTACTS[account.segment]
        ]
        for on in troubles.get(account.account_id, []):
            sponsor = next(
                (c for c in mine if c.seniority == "executive" and c.is_active), None
            )
            if sponsor and rng.random() < 0.5:
                left(sponsor, on + timedelta(days=int(rng.integers(50))))
                if rng.random() < 0.35 and add_months(on, 7) <= AS_OF:
                    mine.append(add(account, "executive", add_months(on, 7)))
        for contact in mine:
            if contact.is_active and rng.random() < 0.09:
                span = (AS_OF - contact.since).days
                if span > 60:
                    left(
                        contact,
                        contact.since + timedelta(days=int(rng.integers(30, span))),
                    )
    return found


def left(contact: Contact, on: date) -> None:
    if on <= AS_OF:
        contact.is_active = False
        contact.left_on = on


def headcounts(accounts: list[Account], rng: np.random.Generator) -> list[dict]:
    """Every quarter; growth here is independent of everything else that happens."""
    rows = []
    for account in accounts:
        employees = float(account.employees)
        for month in months(max(account.created_on, FOUNDED)):
            if month.month % 3 == 1:
                employees *= float(np.exp(rng.normal(0.022, 0.085)))
                rows.append(
                    {
                        "account_id": account.account_id,
                        "observed_on": month + timedelta(days=14),
                        "employee_count": max(1, round(employees)),
                    }
                )
    return [row for row in rows if row["observed_on"] <= AS_OF]
