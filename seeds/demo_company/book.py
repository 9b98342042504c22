"""The ledger of contracts: subscriptions, items, statuses, discounts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .catalog import LIST_PRICE, PERIODS_PER_YEAR, PRICE_FACTOR, SEAT_PRODUCTS
from .dates import FAR

CENT = Decimal("0.01")


@dataclass
class Subscription:
    subscription_id: str
    account_id: str
    currency: str
    started_on: date
    trial_ends_on: date | None = None
    cancelled_on: date | None = None
    ends_on: date | None = None
    term_ends_on: date | None = None
    auto_renew: bool | None = None
    cancel_reason: str | None = None


@dataclass
class Item:
    item_id: str
    subscription_id: str
    product_id: str
    charge_type: str
    billing_interval: str
    interval_count: int
    quantity: Decimal
    unit_price: Decimal
    valid_from: date
    valid_to: date | None = None
    change_reason: str | None = None
    is_contracted_step: bool | None = None

    @property
    def periods(self) -> Decimal:
        """Billing periods in a year."""
        return Decimal(PERIODS_PER_YEAR[self.billing_interval]) / self.interval_count

    @property
    def list_arr(self) -> Decimal:
        return self.quantity * self.unit_price * self.periods


@dataclass
class Status:
    subscription_id: str
    status: str
    valid_from: date
    valid_to: date | None = None


@dataclass
class Discount:
    discount_id: str
    subscription_id: str
    item_id: str | None
    percent_off: Decimal | None
    amount_off: Decimal | None
    duration: str
    valid_from: date
    valid_to: date | None = None


@dataclass
class Deal:
    """A change of contract that a salesperson, manager or play worked for."""

    account_id: str
    kind: str
    on: date
    product_id: str | None
    amount: Decimal
    currency: str
    is_won: bool = True
    play: str | None = None


@dataclass
class Book:
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    discounts: list[Discount] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)

    def open(
        self,
        account_id: str,
        currency: str,
        started_on: date,
        term_ends_on: date | None = None,
        **more: object,
    ) -> Subscription:
        number = len(self.subscriptions) + 1
        subscription = Subscription(
            f"SUB-{number:05d}",
            account_id,
            currency,
            started_on,
            term_ends_on=term_ends_on,
            auto_renew=None if term_ends_on is None else True,
            **more,
        )
        self.subscriptions[subscription.subscription_id] = subscription
        return subscription

    def add(
        self,
        subscription: Subscription,
        product_id: str,
        quantity: int | str | Decimal,
        unit_price: str | Decimal,
        interval: tuple[str, int] = ("month", 1),
        start: date | None = None,
        end: date | None = None,
        reason: str | None = None,
        charge_type: str = "recurring",
        step: bool | None = None,
    ) -> Item:
        item = Item(
            f"ITM-{len(self.items) + 1:06d}",
            subscription.subscription_id,
            product_id,
            charge_type,
            *interval,
            Decimal(quantity),
            Decimal(unit_price),
            start or subscription.started_on,
            end,
            reason,
            step,
        )
        self.items.append(item)
        return item

    def change(
        self,
        item: Item,
        on: date,
        reason: str,
        quantity: int | Decimal | None = None,
        unit_price: Decimal | None = None,
        product_id: str | None = None,
        step: bool | None = None,
    ) -> Item:
        """End an item and start its successor on the same day."""
        item.valid_to = on
        return self.add(
            self.subscriptions[item.subscription_id],
            product_id or item.product_id,
            item.quantity if quantity is None else quantity,
            item.unit_price if unit_price is None else unit_price,
            (item.billing_interval, item.interval_count),
            on,
            None,
            reason,
            item.charge_type,
            step,
        )

    def end(
        self,
        subscription: Subscription,
        on: date,
        asked_on: date | None = None,
        reason: str | None = "no_longer_needed",
    ) -> None:
        subscription.ends_on = on
        subscription.cancelled_on = asked_on or on
        subscription.cancel_reason = reason
        subscription.term_ends_on = None
        subscription.auto_renew = False
        for item in self.items_of(subscription):
            if item.valid_from < on <= (item.valid_to or FAR):
                item.valid_to = on

    def status(
        self, subscription: Subscription, *spans: tuple[str, date, date | None]
    ) -> None:
        for name, start, end in spans:
            self.statuses.append(Status(subscription.subscription_id, name, start, end))

    def discount(
        self,
        subscription: Subscription,
        duration: str,
        start: date,
        end: date | None = None,
        percent: str | int | None = None,
        amount: str | None = None,
        item: Item | None = None,
    ) -> None:
        self.discounts.append(
            Discount(
                f"DSC-{len(self.discounts) + 1:04d}",
                subscription.subscription_id,
                item.item_id if item else None,
                None if percent is None else Decimal(percent),
                None if amount is None else Decimal(amount),
                duration,
                start,
                end,
            )
        )

    def items_of(self, subscription: Subscription) -> Iterator[Item]:
        key = subscription.subscription_id
        return (item for item in self.items if item.subscription_id == key)


def list_price(product_id: str, currency: str, interval: tuple[str, int]) -> Decimal:
    """List price of one unit for one billing period; a year costs eleven months."""
    months = {"month": 1, "year": 11}[interval[0]] * interval[1]
    price = LIST_PRICE[product_id] * PRICE_FACTOR[currency] * months
    step = Decimal("0.5") if product_id in SEAT_PRODUCTS else Decimal("1")
    return (price / step).to_integral_value() * step
