"""What the demo company sells, to whom and through whom: constants only."""

from dataclasses import dataclass
from decimal import Decimal

SEED = 20264318

# product_id, name, family, tier_rank, unit, list price in USD a month
PRODUCTS = [
    ("PRD-TEAM", "Platform Team", "platform", 1, "seat", "42"),
    ("PRD-BUSINESS", "Platform Business", "platform", 2, "seat", "58"),
    ("PRD-ENTERPRISE", "Platform Enterprise", "platform", 3, "seat", "79"),
    ("PRD-INSIGHTS", "Insights (retired)", "analytics", 1, "seat", "26"),
    ("PRD-ANALYTICS", "Analytics", "analytics", 1, "seat", "28"),
    ("PRD-ANALYTICS-PLUS", "Analytics Plus", "analytics", 2, "seat", "40"),
    ("PRD-AUTOMATION", "Automation", "automation", 1, "workspace", "240"),
    ("PRD-CONNECT", "Connect API", "connect", 1, "100k calls a month", "120"),
]
FAMILY = {row[0]: row[2] for row in PRODUCTS}
TIER = {row[0]: row[3] for row in PRODUCTS}
LIST_PRICE = {row[0]: Decimal(row[5]) for row in PRODUCTS}
SEAT_PRODUCTS = {row[0] for row in PRODUCTS if row[4] == "seat"}
PLATFORM = ["PRD-TEAM", "PRD-BUSINESS", "PRD-ENTERPRISE"]
MIGRATIONS = [("PRD-INSIGHTS", "PRD-ANALYTICS", "2024-07-01")]

CALLS_PER_UNIT = 100_000
RUNS_PER_WORKSPACE = 4_000
OVERAGE_PRICE = Decimal("0.0021")

# product_id -> core features, other features, premium features
FEATURES = {
    "PRD-TEAM": (["boards", "documents", "tasks"], ["comments"], []),
    "PRD-BUSINESS": (
        ["boards", "documents", "portfolios"],
        ["time_tracking"],
        ["approvals"],
    ),
    "PRD-ENTERPRISE": (
        ["boards", "portfolios", "resource_plans"],
        ["audit_log"],
        ["governance"],
    ),
    "PRD-INSIGHTS": (["reports"], ["exports"], []),
    "PRD-ANALYTICS": (["dashboards", "reports"], ["exports"], ["forecasts"]),
    "PRD-ANALYTICS-PLUS": (["dashboards", "models"], ["exports"], ["scenarios"]),
    "PRD-AUTOMATION": (["runs"], ["templates"], ["ai_steps"]),
    "PRD-CONNECT": (["calls"], ["webhooks"], ["streaming"]),
}


def feature_key(product_id: str, name: str) -> str:
    return f"{product_id.removeprefix('PRD-').lower().replace('-', '_')}.{name}"


@dataclass(frozen=True)
class Segment:
    """How accounts of one segment buy, grow and leave."""

    seats: tuple[int, int]
    first_tier: tuple[float, float, float]
    billing: tuple[float, float, float, float]  # month, quarter, year, three years
    workspaces: tuple[int, int]
    call_units: tuple[int, int]
    expands_when_full: float  # monthly chance of more seats at >= 90 % utilisation
    expands_otherwise: float
    intends: float  # monthly chance of trying what it does not have
    converts: float
    in_trouble: float
    leaves_in_trouble: float
    leaves_otherwise: float
    shrinks: float
    new_cycle: int
    new_win: float
    grow_cycle: int
    grow_win: float
    activities: float
    tickets: float


SEGMENTS = {
    "enterprise": Segment(
        (34, 74), (0.0, 0.35, 0.65), (0.0, 0.2, 0.7, 0.1), (4, 9), (4, 10),
        0.058, 0.006, 0.044, 0.40, 0.010, 0.64, 0.012, 0.06,
        new_cycle=135, new_win=0.30, grow_cycle=50, grow_win=0.62,
        activities=2.3, tickets=0.75,
    ),
    "mid_market": Segment(
        (14, 36), (0.25, 0.60, 0.15), (0.16, 0.16, 0.65, 0.03), (1, 4), (1, 5),
        0.058, 0.006, 0.044, 0.40, 0.012, 0.74, 0.012, 0.06,
        new_cycle=75, new_win=0.40, grow_cycle=40, grow_win=0.56,
        activities=1.1, tickets=0.4,
    ),
    "small_business": Segment(
        (3, 9), (0.85, 0.15, 0.0), (0.45, 0.0, 0.55, 0.0), (1, 1), (1, 1),
        0.016, 0.005, 0.007, 0.25, 0.020, 0.74, 0.028, 0.05,
        new_cycle=18, new_win=0.58, grow_cycle=80, grow_win=0.18,
        activities=0.3, tickets=0.2,
    ),
}  # fmt: skip

INDUSTRIES = [
    "software",
    "manufacturing",
    "retail",
    "healthcare",
    "logistics",
    "financial_services",
    "education",
]
# country, currency, tax rate in percent, weight
COUNTRIES = [
    ("US", "USD", 0, 0.42),
    ("CA", "USD", 5, 0.08),
    ("DE", "EUR", 19, 0.15),
    ("FR", "EUR", 20, 0.08),
    ("NL", "EUR", 21, 0.07),
    ("ES", "EUR", 21, 0.04),
    ("GB", "GBP", 20, 0.16),
]
TAX = {row[0]: row[2] for row in COUNTRIES}
CURRENCY = {row[0]: row[1] for row in COUNTRIES}
PRICE_FACTOR = {"USD": Decimal("1"), "EUR": Decimal("0.94"), "GBP": Decimal("0.82")}
PLAN_RATES = {
    "EUR": ["1.05", "1.08", "1.10", "1.06", "1.12"],
    "GBP": ["1.21", "1.24", "1.27", "1.25", "1.31"],
}
PLAN_YEARS = [2023, 2024, 2025, 2026, 2027]

PERIODS_PER_YEAR = {"day": 365, "week": 52, "month": 12, "year": 1}
BILLING = [("month", 1), ("month", 3), ("year", 1), ("year", 3)]

# Plays are offered to all but a fixed part of the accounts, by hash of the account.
HOLDOUT_PERCENT = 30
PLAYS = ("seat_expansion", "cross_sell")
