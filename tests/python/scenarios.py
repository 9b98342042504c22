"""Made-up scopes of the value model for its tests."""

from typing import Any

import numpy as np
import pandas as pd

from decisions.value_model import Scope, scopes

# Expansion is cheaper but fills up; new logos cost more, pay later and are kept longer.
BASE = {
    "cac_expansion": 0.8,
    "cac_new": 1.5,
    "gross_margin": 0.78,
    "grr_base_12m": 0.92,
    "nrr_new_cohort_12m": 1.1,
    "cycle_months_expansion": 1.5,
    "cycle_months_new": 3.2,
    "whitespace_arr": 500_000.0,
    "new_logo_cap_arr": 900_000.0,
    "uplift": 0.2,
    "budget": 600_000.0,
    "share_expansion": 0.3,
    "discount_rate": 0.1,
    "horizon_months": 24.0,
}
UNITS = ("whitespace_arr", "new_logo_cap_arr", "budget")
POLICY = ("gross_margin", "discount_rate", "horizon_months", "share_expansion")


def frames(
    *names: str,
    n_draws: int = 2_000,
    spread: float = 0.15,
    constant: tuple[str, ...] = POLICY,
    **changed: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Assumptions and draws of some segments; the company where none is named.

    Draws are lognormal about the base, those of uplift and whitespace the same.
    """
    base = {**BASE, **changed}
    assumptions, draws = [], []
    for number, name in enumerate(names or ("company",)):
        scope = ("segment" if names else "company", name)
        rng = np.random.default_rng(number)
        drawn = {
            parameter: np.full(n_draws, value)
            if parameter in constant
            else value * np.exp(spread * rng.standard_normal(n_draws))
            for parameter, value in base.items()
        }
        drawn["whitespace_arr"] = base["whitespace_arr"] * (
            drawn["uplift"] / base["uplift"]
        )
        table = pd.DataFrame(drawn)
        table.insert(0, "scope_type", scope[0])
        table.insert(1, "scope_value", scope[1])
        table.insert(2, "draw", range(n_draws))
        draws.append(table)
        with np.errstate(invalid="ignore"):
            bounds = table[list(base)].quantile([0.1, 0.5, 0.9])
        assumptions.append(
            pd.DataFrame(
                {
                    "scope_type": scope[0],
                    "scope_value": scope[1],
                    "parameter": list(base),
                    "estimate": list(base.values()),
                    "p10": bounds.loc[0.1].to_numpy(),
                    "p50": bounds.loc[0.5].to_numpy(),
                    "p90": bounds.loc[0.9].to_numpy(),
                    "n": [None if parameter in POLICY else 60 for parameter in base],
                }
            )
        )
    return pd.concat(assumptions, ignore_index=True), pd.concat(
        draws, ignore_index=True
    )


def scope(**changed: Any) -> Scope:
    """The company of `frames`."""
    return next(scopes(*frames(**changed)))


DECISIONS = pd.DataFrame(
    [("DEC-01", "company", "company")],
    columns=["decision_id", "scope_type", "scope_value"],
)
OPTIONS = pd.DataFrame(
    [
        ("DEC-01", "A", "Keep", "keep", None, None, 0.0),
        ("DEC-01", "B", "Pilot", "pilot", 0.25, 6, 0.05),
        ("DEC-01", "C", "Redesign", "best", None, None, 0.2),
    ],
    columns=[
        "decision_id",
        "option_id",
        "option_name",
        "mix_rule",
        "pilot_share",
        "pilot_months",
        "reversal_cost_rate",
    ],
)
CRITERIA = pd.DataFrame(
    [
        ("Expected value", "value_mean", 1.0, "higher"),
        ("Regret", "max_regret", 0.3, "lower"),
        ("Cost of going back", "reversal_cost", 0.2, "lower"),
    ],
    columns=["criterion", "score_column", "weight", "direction"],
)
