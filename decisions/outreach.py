"""What to do about a score: the play that is ready, when, and a draft to send."""

from collections.abc import Mapping

import pandas as pd

PLAY = ["play", "signal", "play_verdict", "act_from", "act_until"]
FILLED = ["account_name", "opening", "product", "owner_name"]
SCORES = [
    *("account_id", "month_start", "chance", "rank", "method", "reasons", *PLAY),
    *("not_offered_because", "outreach_subject", "outreach_body"),
]
CHURN_RISK = "churn risk: health is red"
NOT_READY = "no play is ready: nothing fired, or a guard or a recent run is in the way"


def offered(
    scores: pd.DataFrame, queue: pd.DataFrame, churn_risks: pd.DataFrame
) -> pd.DataFrame:
    """Scores with their rank and the ready play of highest priority, or why none.

    A play without a priority is not offered, for the reason the queue gives, though
    another one may be. Who is at risk of leaving keeps the chance but is no target.
    """
    best = queue.sort_values("priority").dropna(subset="priority")
    best = best.drop_duplicates("account_id")
    unranked = queue.sort_values("not_ranked_because").drop_duplicates("account_id")
    columns = ["account_id", *PLAY, "product_id", "owner_name"]
    table = scores.merge(best[columns].astype(object), on="account_id", how="left")
    is_at_risk = table["account_id"].isin(churn_risks["account_id"])
    table.loc[is_at_risk, PLAY] = None
    reasons = unranked.set_index("account_id")["not_ranked_because"]
    because = table["account_id"].map(reasons).astype(object).fillna(NOT_READY)
    because = because.where(~is_at_risk, CHURN_RISK)
    table["not_offered_because"] = because.where(table["play"].isna(), None)
    targets = table["chance"].mask(is_at_risk)
    table["rank"] = targets.rank(method="min", ascending=False).astype("Int64")
    return table


def drafted(
    offers: pd.DataFrame,
    templates: pd.DataFrame,
    openings: pd.DataFrame,
    signals: pd.DataFrame,
    accounts: pd.DataFrame,
    products: pd.DataFrame,
) -> pd.DataFrame:
    """Offers with subject and body from the play's template.

    It begins with what the signal saw, in words meant for the customer. Where a signal
    has none, or product or sender are not known, there is no draft.
    """
    names = products.set_index("product_id")["product_name"]
    table = offers.merge(
        accounts[["account_id", "account_name"]], on="account_id", how="left"
    ).merge(templates[["play", "subject", "body"]], on="play", how="left")
    table = table.merge(openings[["signal", "opening"]], on="signal", how="left")
    keys = ["account_id", "signal", "month_start"]
    table = table.merge(signals[[*keys, "value"]], on=keys, how="left")
    table["product"] = table["product_id"].map(names).fillna(table["product_id"])
    table["opening"] = [_opened(row) for _, row in table.iterrows()]
    for name in ("subject", "body"):
        table[f"outreach_{name}"] = [_filled(row, name) for _, row in table.iterrows()]
    return table[SCORES]


def _opened(row: Mapping[str, object]) -> str | None:
    if pd.isna(row["opening"]) or pd.isna(row["value"]) or pd.isna(row["product"]):
        return None
    value = float(str(row["value"]))
    return str(row["opening"]).format(value=value, product=row["product"])


def _filled(row: Mapping[str, object], template: str) -> str | None:
    values = {name: row[name] for name in FILLED}
    if any(pd.isna(value) for value in (row[template], *values.values())):
        return None
    return str(row[template]).format(**values)
