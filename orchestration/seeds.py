"""The numbers and words the business owns, as their files in seeds/policy say them."""

import csv

from orchestration.settings import POLICY


def seed(name: str) -> list[dict[str, str]]:
    """The rows of a seed; what is empty is an empty text."""
    path = POLICY.with_name(f"{name}.csv")
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def value(name: str, policy_key: str) -> str:
    """The value of a key of a seed of policies."""
    rows = {row["policy_key"]: row["value"] for row in seed(name)}
    return rows[policy_key]
