"""The lives of ordinary accounts, month by month: what they buy, try, use and drop.

Two truths are planted here. Seat utilisation of 90 % and more raises the chance of
more seats; the seat_expansion play adds to that chance where it is acted upon. The
cross_sell play is offered to accounts that grow anyway and adds nothing.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from .book import Book, Deal, Item, Subscription, list_price
from .catalog import (
    BILLING,
    CALLS_PER_UNIT,
    FAMILY,
    OVERAGE_PRICE,
    PLATFORM,
    PRICE_FACTOR,
    SEGMENTS,
    TIER,
    Segment,
)
from .dates import AS_OF, PLAYS_FROM, add_months, month_end, month_number, months
from .people import Account, is_holdout

FULL = 0.90
PLAY_EFFECT = 0.33  # chance that an acted-upon seat_expansion play adds seats
ACTED_UPON = 0.88
ORGANIC_SHARE = (0.17, 0.36)  # of the seats there are
PUSHED_SHARE = (0.26, 0.42)
COOL_DOWN = timedelta(days=182)


@dataclass
class Pulse:
    """How an account is doing at a month's end; usage and support follow it."""

    rate: float  # active users per seat
    trouble: int = 0  # months since the trouble began, 0 when there is none
    tried: tuple[str, ...] = ()  # products whose premium features were tried


@dataclass
class PlayRun:
    play_run_id: str
    account_id: str
    play: str
    signal: str
    owner_user_id: str | None
    is_holdout: bool
    surfaced_on: date
    actioned_on: date | None = None
    outcome: str | None = None
    closed_on: date | None = None


@dataclass
class Diary:
    """What is known of accounts beside their contracts."""

    pulses: dict[tuple[str, date], Pulse] = field(default_factory=dict)
    troubles: dict[str, list[date]] = field(default_factory=dict)
    runs: list[PlayRun] = field(default_factory=list)


@dataclass
class Life:
    account: Account
    segment: Segment
    rng: np.random.Generator
    book: Book
    diary: Diary
    subscription: Subscription
    interval: tuple[str, int]
    items: dict[str, Item]  # by product family
    demand: float
    growth: float
    price_factor: Decimal
    others: list[Subscription] = field(default_factory=list)
    trouble: int = 0
    trouble_until: date | None = None
    trying: dict[str, tuple[date, date | None]] = field(default_factory=dict)
    surfaced: dict[str, date] = field(default_factory=dict)
    pushed: date | None = None  # month in which a play leads to more seats
    run_open: dict[str, PlayRun] = field(default_factory=dict)
    ended: bool = False

    @property
    def seats(self) -> int:
        return int(self.items["platform"].quantity)

    @property
    def rate(self) -> float:
        return min(int(self.demand), self.seats) / self.seats

    def chance(self, p: float) -> bool:
        return bool(self.rng.random() < p)

    def price(self, product_id: str) -> Decimal:
        price = list_price(product_id, self.account.currency, self.interval)
        return (price * self.price_factor).quantize(Decimal("0.01"))


def live(
    account: Account,
    starts_on: date,
    book: Book,
    diary: Diary,
    rng: np.random.Generator,
    first_term: int | None = None,
    joins_plays: bool = True,
) -> None:
    """From the first contract to the end or to as_of; some leavers come back."""
    life = begin(account, starts_on, book, diary, rng, first_term)
    for month in months(starts_on):
        if month > starts_on:
            step(life, month, joins_plays)
        if life.ended:
            break
        remember(life, month)
    roll_terms(life.others)
    back = add_months(month, int(rng.integers(3, 10)))
    if life.ended and rng.random() < 0.09 and back < add_months(AS_OF, -2):
        live(account, back + timedelta(days=9), book, diary, rng, None, joins_plays)


def roll_terms(subscriptions: list[Subscription]) -> None:
    """Add-on subscriptions renew by themselves every year."""
    for subscription in subscriptions:
        while subscription.term_ends_on and subscription.term_ends_on <= AS_OF:
            subscription.term_ends_on = add_months(subscription.term_ends_on, 12)


def begin(
    account: Account,
    on: date,
    book: Book,
    diary: Diary,
    rng: np.random.Generator,
    first_term: int | None,
) -> Life:
    segment = SEGMENTS[account.segment]
    interval = BILLING[int(rng.choice(4, p=segment.billing))]
    low, high = segment.seats
    seats = int(low + (high - low) * rng.beta(1.3, 1.9))
    product = PLATFORM[int(rng.choice(3, p=segment.first_tier))]
    is_small = account.segment == "small_business"
    term = first_term or max(12, interval[1] * 12 if interval[0] == "year" else 12)
    has_trial = is_small and rng.random() < 0.25
    trial_end = on + timedelta(days=14) if has_trial else None
    subscription = book.open(
        account.account_id,
        account.currency,
        on,
        add_months(trial_end or on, term),
        trial_ends_on=trial_end,
    )
    life = Life(
        account,
        segment,
        rng,
        book,
        diary,
        subscription,
        interval,
        {},
        demand=seats * float(rng.uniform(0.55, 0.84)),
        growth=float(rng.normal(0.0, 0.004) if is_small else rng.normal(0.024, 0.012)),
        price_factor=Decimal(str(round(rng.uniform(0.88, 1.04), 2))),
    )
    life.items["platform"] = book.add(
        subscription, product, seats, life.price(product), interval
    )
    if is_small:
        life.demand = min(life.demand, seats - 1)
    worth = life.items["platform"].list_arr
    if rng.random() < (0.08 if is_small else 0.22):
        worth += add_product(life, "PRD-ANALYTICS", on, None).list_arr
    if not is_small and rng.random() < 0.20:
        worth += add_product(life, "PRD-CONNECT", on, None).list_arr
    if not is_small and rng.random() < 0.10:
        worth += add_product(life, "PRD-AUTOMATION", on, None).list_arr
    if first_term:
        return life
    if not is_small and rng.random() < 0.5:
        fee = Decimal(1500 + 500 * int(rng.integers(0, 12)))
        book.add(
            subscription, product, 1, fee, ("month", 1), on, add_months(on, 1),
            charge_type="one_time",
        )  # fmt: skip
    first_discount(life, on)
    book.deals.append(
        Deal(account.account_id, "new", on, product, worth, account.currency)
    )
    return life


def first_discount(life: Life, on: date) -> None:
    """A fifth of the first deals come with a discount, most of them for a while."""
    draw = life.rng.random()
    percent = int(life.rng.choice([5, 10, 15]))
    if draw < 0.07:
        life.book.discount(life.subscription, "forever", on, None, percent)
    elif draw < 0.15:
        end = add_months(on, 6)
        life.book.discount(life.subscription, "repeating", on, end, percent)
    elif draw < 0.20:
        end = add_months(on, 1)
        life.book.discount(life.subscription, "once", on, end, percent)


def quantity_of(life: Life, product_id: str) -> int:
    draw = life.rng.integers
    if FAMILY[product_id] == "analytics":
        return max(1, round(life.seats * life.rng.uniform(0.3, 0.6)))
    low, high = (
        life.segment.workspaces
        if FAMILY[product_id] == "automation"
        else life.segment.call_units
    )
    return int(draw(low, high + 1))


def add_product(life: Life, product_id: str, on: date, reason: str | None) -> Item:
    """One more product; now and then on a subscription of its own."""
    subscription = life.subscription
    if reason and life.chance(0.15):
        subscription = life.book.open(
            life.account.account_id, life.account.currency, on, add_months(on, 12)
        )
        life.others.append(subscription)
    item = life.book.add(
        subscription,
        product_id,
        quantity_of(life, product_id),
        life.price(product_id),
        life.interval,
        on,
        None,
        reason,
    )
    life.items[FAMILY[product_id]] = item
    if product_id == "PRD-CONNECT":
        price = OVERAGE_PRICE * PRICE_FACTOR[life.account.currency]
        life.items["overage"] = life.book.add(
            subscription, product_id, 1, price, ("month", 1), on, None, reason, "usage"
        )
    return item


def step(life: Life, month: date, joins_plays: bool) -> None:
    """One month of an account: trouble, demand, plays, then at most one change."""
    before = life.rate
    shake(life, month)
    explore(life, month)
    if joins_plays and month >= PLAYS_FROM:
        surface(life, month, before)
    on = month + timedelta(days=int(life.rng.integers(4, 26)))
    term_end = life.subscription.term_ends_on
    if term_end and term_end < add_months(month, 1) and renew(life, term_end):
        return
    if on > AS_OF:
        return
    if change(life, month, on, before):
        settle(life, on)


def change(life: Life, month: date, on: date, before: float) -> bool:
    """The month's amendment, if there is one; true when it is growth."""
    if life.pushed and life.pushed <= month:
        life.pushed = None
        if not life.trouble:
            more_seats(life, on, PUSHED_SHARE)
            return True
    for product_id, (_, buys_on) in sorted(life.trying.items()):
        if buys_on and buys_on <= month and not life.trouble:
            del life.trying[product_id]
            buy(life, product_id, on)
            return True
    odds = (
        life.segment.expands_when_full
        if before >= FULL
        else life.segment.expands_otherwise
    )
    if not life.trouble and life.chance(odds):
        more_seats(life, on)
        return True
    if life.trouble > 2 and life.interval == ("month", 1) and life.chance(0.04):
        fewer_seats(life, on, "amendment")
    return False


def shake(life: Life, month: date) -> None:
    """Troubles come and go and take the demand for seats with them."""
    if life.trouble_until and month >= life.trouble_until:
        life.trouble, life.trouble_until = 0, None
    elif life.trouble:
        life.trouble += 1
    elif life.chance(life.segment.in_trouble):
        life.trouble = 1
        life.trouble_until = add_months(month, int(life.rng.integers(6, 12)))
        life.diary.troubles.setdefault(life.account.account_id, []).append(month)
        past_due(life, month)
    growth = life.growth + life.rng.normal(0, 0.018)
    if life.trouble:
        growth = -0.12
    elif life.demand < life.seats * 0.5:
        growth = 0.06
    life.demand *= 1 + growth
    ceiling = 1.04
    if life.account.segment == "small_business":
        ceiling = 0.86 if life.seats > 7 else (life.seats - 1) / life.seats
    life.demand = max(1.0, min(life.demand, life.seats * ceiling))


def past_due(life: Life, month: date) -> None:
    """A third of the troubles begin with a bill paid late, never past the grace."""
    if life.chance(0.33):
        days = int(life.rng.integers(12, 62))
        start = month + timedelta(days=3)
        life.book.status(
            life.subscription, ("past_due", start, start + timedelta(days=days))
        )


def wanted(life: Life) -> list[str]:
    """Products the account could buy next."""
    options = []
    platform = life.items["platform"].product_id
    top = 2 if life.account.segment == "small_business" else 3
    if TIER[platform] < top:
        options.append(PLATFORM[TIER[platform]])
    analytics = life.items.get("analytics")
    if analytics is None:
        options.append("PRD-ANALYTICS")
    elif analytics.product_id == "PRD-ANALYTICS":
        options.append("PRD-ANALYTICS-PLUS")
    for family, product_id in (
        ("automation", "PRD-AUTOMATION"),
        ("connect", "PRD-CONNECT"),
    ):
        if family not in life.items:
            options.append(product_id)
    return options


def explore(life: Life, month: date) -> None:
    """Try premium features; a part of those who try buys some months later."""
    life.trying = {
        product: (since, buys_on)
        for product, (since, buys_on) in life.trying.items()
        if month < add_months(buys_on or since, 1 if buys_on else 3)
    }
    options = [product for product in wanted(life) if product not in life.trying]
    if options and not life.trying and life.chance(life.segment.intends):
        product = options[int(life.rng.integers(len(options)))]
        buys_on = None
        if life.chance(life.segment.converts):
            buys_on = add_months(month, int(life.rng.integers(2, 6)))
        life.trying[product] = (month, buys_on)


def surface(life: Life, month: date, before: float) -> None:
    """Offer the plays whose signal fired; the holdout is noted and left alone."""
    if life.trouble:
        return
    on = month + timedelta(days=int(life.rng.integers(0, 4)))
    term_end = life.subscription.term_ends_on
    renews_soon = bool(term_end and 55 <= (term_end - on).days <= 120)
    tried = any(since < month for since, _ in life.trying.values())
    if before >= FULL:
        offer(life, "seat_expansion", "seat_utilisation", on, 0.9)
    elif renews_soon and life.account.segment != "small_business":
        offer(life, "seat_expansion", "renewal_window", on, 0.7)
    if tried:
        offer(life, "cross_sell", "premium_feature_tried", on, 0.9)
    elif before >= FULL - 0.05:
        offer(life, "cross_sell", "executive_meeting", on, 0.8)


def offer(life: Life, play: str, signal: str, on: date, odds: float) -> None:
    last = life.surfaced.get(play)
    if (last and on - last < COOL_DOWN) or not life.chance(odds):
        return
    life.surfaced[play] = on
    account = life.account
    run = PlayRun(
        f"RUN-{len(life.diary.runs) + 1:05d}",
        account.account_id,
        play,
        signal,
        account.account_manager_user_id or account.csm_user_id,
        is_holdout(play, account.account_id),
        on,
    )
    life.diary.runs.append(run)
    acts, works = life.chance(ACTED_UPON), life.chance(PLAY_EFFECT)
    delay, lag = int(life.rng.integers(2, 18)), int(life.rng.integers(1, 5))
    if run.is_holdout or not acts:
        return
    run.actioned_on = on + timedelta(days=delay)
    life.run_open[play] = run
    if play == "seat_expansion" and works:
        life.pushed = add_months(on.replace(day=1), lag)


def settle(life: Life, on: date) -> None:
    """Growth within two quarters closes the open plays as won, whoever caused it."""
    for play, run in list(life.run_open.items()):
        if on - run.surfaced_on > COOL_DOWN:
            del life.run_open[play]
        elif run.actioned_on and run.actioned_on < on:
            run.outcome, run.closed_on = "won", on
            life.book.deals[-1].play = life.book.deals[-1].play or play
            del life.run_open[play]


def note_growth(life: Life, on: date, product_id: str, gain: Decimal) -> None:
    account = life.account
    life.book.deals.append(
        Deal(account.account_id, "expansion", on, product_id, gain, account.currency)
    )


def more_seats(
    life: Life, on: date, between: tuple[float, float] = ORGANIC_SHARE
) -> None:
    item = life.items["platform"]
    is_small = life.account.segment == "small_business"
    share = life.rng.uniform(*between)
    extra = (
        int(life.rng.integers(1, 3)) if is_small else max(2, round(life.seats * share))
    )
    new = life.book.change(item, on, "amendment", item.quantity + extra)
    life.items["platform"] = new
    note_growth(life, on, new.product_id, new.list_arr - item.list_arr)


def fewer_seats(life: Life, on: date, reason: str) -> None:
    item = life.items["platform"]
    seats = max(2, round(life.seats * life.rng.uniform(0.65, 0.88)))
    if seats < life.seats:
        life.items["platform"] = life.book.change(item, on, reason, seats)


def buy(life: Life, product_id: str, on: date) -> None:
    """A tier upgrade where the family is there already, else one more product."""
    old = life.items.get(FAMILY[product_id])
    if old is None:
        gain = add_product(life, product_id, on, "amendment").list_arr
    else:
        price = life.price(product_id)
        new = life.book.change(old, on, "amendment", None, price, product_id)
        life.items[FAMILY[product_id]] = new
        gain = new.list_arr - old.list_arr
    note_growth(life, on, product_id, gain)


def renew(life: Life, on: date) -> bool:
    """At the end of a term: leave, shrink, or go on, sometimes at a higher price.

    True when nothing else may happen in the month.
    """
    segment, subscription = life.segment, life.subscription
    monthly = life.interval == ("month", 1) and on > add_months(
        subscription.started_on, 12
    )
    leaves = segment.leaves_in_trouble if life.trouble else segment.leaves_otherwise
    if monthly:
        leaves = leaves / 5
    if on <= AS_OF and life.chance(leaves):
        leave(life, on)
        return True
    months_on = life.interval[1] * 12 if life.interval[0] == "year" else 12
    if life.interval == ("month", 1) and life.account.segment == "small_business":
        months_on = 1
    subscription.term_ends_on = add_months(on, months_on)
    if on > AS_OF or monthly:
        return False
    worth = sum(
        (item.list_arr for key, item in life.items.items() if key != "overage"),
        Decimal(0),
    )
    account = life.account
    life.book.deals.append(
        Deal(account.account_id, "renewal", on, None, worth, account.currency)
    )
    extra = next((k for k in ("analytics", "automation") if k in life.items), None)
    if life.chance(0.30 if life.trouble else segment.shrinks):
        fewer_seats(life, on, "renewal")
    elif extra and life.chance(0.18 if life.trouble else 0.02):
        life.items.pop(extra).valid_to = on
    elif not life.trouble and life.chance(0.12):
        item = life.items["platform"]
        price = (item.unit_price * Decimal("1.04")).quantize(Decimal("0.01"))
        life.items["platform"] = life.book.change(item, on, "price_change", None, price)
    return True


def leave(life: Life, on: date) -> None:
    asked_on = on - timedelta(days=int(life.rng.integers(20, 75)))
    reasons = ["budget", "competitor", "missing_features", "no_longer_needed"]
    reason = reasons[int(life.rng.integers(4))]
    worth = sum(
        (item.list_arr for key, item in life.items.items() if key != "overage"),
        Decimal(0),
    )
    for subscription in [life.subscription, *life.others]:
        started = subscription.started_on
        life.book.end(subscription, on, max(asked_on, started), reason)
    life.ended = True
    account = life.account
    life.book.deals.append(
        Deal(account.account_id, "renewal", on, None, worth, account.currency, False)
    )


def remember(life: Life, month: date) -> None:
    if month_end(month) > AS_OF:
        return
    tried = tuple(sorted(p for p, (since, _) in life.trying.items() if since <= month))
    life.diary.pulses[(life.account.account_id, month)] = Pulse(
        life.rate, life.trouble, tried
    )


def close_runs(diary: Diary, rng: np.random.Generator) -> None:
    """What was acted upon and did not grow within two quarters was not won."""
    for run in diary.runs:
        if run.actioned_on and not run.outcome:
            closed = run.surfaced_on + COOL_DOWN
            if closed <= AS_OF:
                run.closed_on = closed
                run.outcome = "lost" if rng.random() < 0.4 else "no_decision"


def calls_in_month(units: Decimal, month: date, rng: np.random.Generator) -> int:
    """API calls of a month: around the limit, growing a little over the years."""
    drift = 0.80 + 0.009 * (month_number(month) - month_number(date(2023, 1, 1)))
    return int(float(units) * CALLS_PER_UNIT * drift * rng.uniform(0.75, 1.25))
