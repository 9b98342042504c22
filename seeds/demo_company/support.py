"""Tickets and surveys; both turn bad in the months of a trouble."""

from datetime import date, timedelta

import numpy as np

from .catalog import SEGMENTS
from .dates import AS_OF, FAR, FOUNDED, month_end, months
from .lives import Diary, Pulse
from .people import Account, Contact

PRIORITIES = ["low", "normal", "high", "urgent"]


def customer_months(
    accounts: list[Account], starts: dict[str, date], ends: dict[str, date]
) -> list[tuple[Account, date]]:
    return [
        (account, month)
        for account in accounts
        if account.account_id in starts
        for month in months(max(starts[account.account_id], FOUNDED))
        if month < ends.get(account.account_id, FAR)
    ]


def tickets(
    lived: list[tuple[Account, date]], diary: Diary, rng: np.random.Generator
) -> list[dict]:
    rows = []
    for account, month in lived:
        pulse = diary.pulses.get((account.account_id, month), Pulse(0.65))
        rate = SEGMENTS[account.segment].tickets + (0.9 if pulse.trouble else 0)
        weights = [0.1, 0.2, 0.35, 0.35] if pulse.trouble else [0.3, 0.52, 0.15, 0.03]
        for _ in range(int(rng.poisson(rate))):
            opened = month + timedelta(days=int(rng.integers(0, month_end(month).day)))
            priority = PRIORITIES[int(rng.choice(4, p=weights))]
            days = int(rng.gamma(2.0, 7 if pulse.trouble else 2.5))
            solved = opened + timedelta(days=days)
            if opened > AS_OF:
                continue
            is_solved = solved <= AS_OF and rng.random() < 0.97
            mood = [0.35, 0.3, 0.2, 0.1, 0.05]
            if not pulse.trouble:
                mood = [0.02, 0.04, 0.12, 0.37, 0.45]
            rated = is_solved and rng.random() < 0.55
            rows.append(
                {
                    "account_id": account.account_id,
                    "priority": priority,
                    "opened_on": opened,
                    "solved_on": solved if is_solved else None,
                    "csat": 1 + int(rng.choice(5, p=mood)) if rated else None,
                }
            )
    rows.sort(key=lambda r: (r["opened_on"], r["account_id"], r["priority"]))
    for number, row in enumerate(rows, 1):
        row["ticket_id"] = f"TCK-{number:06d}"
    return rows


def surveys(
    lived: list[tuple[Account, date]],
    contacts: list[Contact],
    diary: Diary,
    rng: np.random.Generator,
) -> list[dict]:
    """A promoter survey twice a year and a satisfaction survey now and then."""
    rows = []
    by_account: dict[str, list[Contact]] = {}
    for contact in contacts:
        by_account.setdefault(contact.account_id, []).append(contact)
    for account, month in lived:
        pulse = diary.pulses.get((account.account_id, month), Pulse(0.65))
        offset = int(account.account_id[4:]) % 6
        for contact in by_account[account.account_id]:
            on = month + timedelta(days=int(rng.integers(8, 24)))
            if not contact.since <= on < (contact.left_on or FAR) or on > AS_OF:
                continue
            kind = None
            if month.month % 6 == offset and rng.random() < 0.5:
                kind = "nps"
                score = rng.normal(3.6 if pulse.trouble else 8.2, 1.5)
                score = int(np.clip(round(score), 0, 10))
            elif rng.random() < 0.02:
                kind = "csat"
                score = rng.normal(2.0 if pulse.trouble else 4.3, 0.8)
                score = int(np.clip(round(score), 1, 5))
            if kind:
                rows.append(
                    {
                        "account_id": account.account_id,
                        "contact_id": contact.contact_id,
                        "survey_type": kind,
                        "score": score,
                        "responded_on": on,
                    }
                )
    rows.sort(key=lambda r: (r["responded_on"], r["account_id"], r["contact_id"]))
    for number, row in enumerate(rows, 1):
        row["response_id"] = f"RSP-{number:05d}"
    return rows
