"""Keep the mix, pilot a better one in stages, or move to it at once: which, and how.

The better mix is the share of expansion with the highest mean value. Time splits value:
a stage of a third of the horizon has a third of what its mix is worth over all of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from decisions.governance import Policy
from decisions.information import expected_given
from decisions.simulation import outcomes, probability_positive
from decisions.thresholds import nearest_first, thresholds
from decisions.value_model import NAMES, SCOPE, UPLIFT, Parameters, Scope, scopes, value

SEED = 20260105
# How an option sets the mix, as policy names it: as today, by a pilot, at once.
KEEP, PILOT, BEST = "keep", "pilot", "best"
N_SHARES = 101
# Mixes closer in value than this, as a share of the best, are equal but for rounding.
ROUNDING = 1e-9
COLUMNS = [
    "decision_id",
    *SCOPE,
    "option_id",
    "option_name",
    "share_expansion",
    "value_mean",
    "value_standard_error",
    "value_p5",
    "value_p50",
    "value_p95",
    "value_cvar_10",
    "probability_best",
    "probability_pays",
    "probability_below_keep",
    "expected_regret",
    "max_regret",
    "reversal_cost",
    "months_to_learn",
    "delay_cost",
    "information_value",
    "probability_scale",
    "pilot_parameter",
    "pilot_accounts_for_power",
    "pilot_accounts",
    "gate_value",
    "stage_gate",
    "stop_condition",
    "criteria_score",
    "criteria_detail",
    "break_even_reversal_rate",
    "first_if",
    "rank",
]


@dataclass(frozen=True)
class Shift:
    """From the share of today to the best one, and what it would turn round."""

    today: float
    best: float
    flips: pd.DataFrame

    def at(self, part: float) -> float:
        """The share of expansion when a part of the shift is done."""
        return self.today + part * (self.best - self.today)


@dataclass(frozen=True)
class Pilot:
    """What a pilot watches, in how many accounts, and the value that would stop it."""

    parameter: str
    gate: float | None
    favours_shift: str | None
    n_for_power: int | None
    n_accounts: int | None
    noise: float


def option_scores(
    assumptions: pd.DataFrame,
    draws: pd.DataFrame,
    decisions: pd.DataFrame,
    decision_options: pd.DataFrame,
    decision_criteria: pd.DataFrame,
    limits: Policy,
) -> pd.DataFrame:
    """One row per decision and option, of each decision the best by the criteria first.

    Read of `decisions`: decision_id, scope_type, scope_value. Of `decision_options`:
    decision_id, option_id, option_name, mix_rule (keep, pilot, best), pilot_share,
    pilot_months, reversal_cost_rate and, where a pilot shall not watch the uplift,
    pilot_parameter. Of `decision_criteria`: criterion, score_column, weight, direction
    (higher, lower). A decision on a scope of unknown parameters has no rows.
    """
    known = {
        (scope.scope_type, scope.scope_value): scope
        for scope in scopes(assumptions, draws)
    }
    tables = []
    for row in decisions.sort_values("decision_id").to_dict("records"):
        scope = known.get((row["scope_type"], row["scope_value"]))
        is_asked = decision_options["decision_id"] == row["decision_id"]
        options = decision_options[is_asked].sort_values("option_id")
        if scope is not None and len(options):
            table = scope.placed(scores(scope, options, limits))
            table.insert(0, "decision_id", row["decision_id"])
            tables.append(weighed(table, decision_criteria).reindex(columns=COLUMNS))
    empty = pd.DataFrame(columns=COLUMNS)
    table = pd.concat(tables, ignore_index=True) if tables else empty
    counts = ["pilot_accounts_for_power", "pilot_accounts"]
    return table.astype(dict.fromkeys(counts, "Int64"))


def scores(scope: Scope, options: pd.DataFrame, limits: Policy) -> pd.DataFrame:
    """The options of a decision on the same draws, each with its conditions."""
    shift = best_shift(scope)
    moved = abs(shift.best - shift.today) * scope.base["budget"]
    values: dict[str, np.ndarray] = {}
    conditions = []
    for policy in options.to_dict("records"):
        cost = float(policy["reversal_cost_rate"]) * moved
        if policy["mix_rule"] == PILOT:
            drawn, said = staged(scope, shift, policy, cost, limits)
        else:
            part = {KEEP: 0.0, BEST: 1.0}[policy["mix_rule"]]
            drawn = value(shift.at(part), scope.draws)
            said = {
                "share_expansion": shift.at(part),
                "reversal_cost": part * cost,
                # Without a group to compare with, only the end of the horizon tells.
                "months_to_learn": scope.base["horizon_months"],
                "stop_condition": _turning_point(shift) if part else None,
            }
        values[policy["option_id"]] = drawn
        conditions.append({"option_name": policy["option_name"], **said})
    kept = value(shift.today, scope.draws)
    chances = {
        "probability_pays": [probability_positive(drawn) for drawn in values.values()],
        "probability_below_keep": [
            float(np.mean(drawn < kept - ROUNDING * np.abs(kept)))
            for drawn in values.values()
        ],
    }
    measured = outcomes(values).rename(columns={"option": "option_id"})
    return pd.concat([measured.assign(**chances), pd.DataFrame(conditions)], axis=1)


def best_shift(scope: Scope) -> Shift:
    """The share of the highest mean value to a whole percent, or today's share.

    Of equal ones it is the nearest to today's.
    """
    today = scope.base["share_expansion"]
    shares = np.unique([*np.linspace(0, 1, N_SHARES), today])
    means = value(shares[:, None], scope.draws).mean(axis=1)
    is_best = means >= means.max() - ROUNDING * np.abs(means).max()
    best = min(shares[is_best], key=lambda share: abs(share - today))

    def gain(parameters: Parameters) -> np.ndarray:
        return value(best, parameters) - value(today, parameters)

    return Shift(today, float(best), thresholds(scope, gain))


def staged(
    scope: Scope,
    shift: Shift,
    policy: Mapping[str, Any],
    reversal_cost: float,
    limits: Policy,
) -> tuple[np.ndarray, dict[str, object]]:
    """The value in each draw of a pilot that is then scaled or stopped.

    Each draw is taken for the truth, and the pilot sees it with the noise of its
    accounts. It is scaled where the gain to expect by what was seen is above what
    turning back costs: choosing by what a pilot would show, before it has.
    """
    part, months = float(policy["pilot_share"]), float(policy["pilot_months"])
    # What a pilot has sold is known a sales cycle after its last offer.
    learnt = months + scope.base["cycle_months_expansion"]
    stage = min(learnt / scope.base["horizon_months"], 1.0)
    back = part * reversal_cost
    worth = {
        share: value(share, scope.draws)
        for share in (shift.today, shift.at(part), shift.best)
    }
    kept, piloted, moved = worth[shift.today], worth[shift.at(part)], worth[shift.best]
    gain = (1 - stage) * (moved - kept)
    watched = policy.get("pilot_parameter")
    parameter = UPLIFT if pd.isna(watched) else str(watched)
    pilot = pilot_of(scope, shift, parameter, limits)
    if pilot.n_accounts:
        seen = scope.draws[pilot.parameter] + pilot.noise * np.random.default_rng(
            SEED
        ).standard_normal(len(gain))
        is_scaled = expected_given(gain, seen) > -back
    else:
        is_scaled = np.full(len(gain), gain.mean() > -back)
    after = (1 - stage) * kept + np.where(is_scaled, gain, -back)
    return stage * piloted + after, {
        "share_expansion": shift.at(part),
        "reversal_cost": back,
        "months_to_learn": learnt,
        "delay_cost": stage * float((moved - piloted).mean()),
        "information_value": float(np.where(is_scaled, 0, -back - gain).mean()),
        "probability_scale": float(is_scaled.mean()),
        "pilot_parameter": pilot.parameter,
        "pilot_accounts_for_power": pilot.n_for_power,
        "pilot_accounts": pilot.n_accounts,
        "gate_value": pilot.gate,
        **_rules(shift, pilot, learnt),
    }


def pilot_of(scope: Scope, shift: Shift, parameter: str, limits: Policy) -> Pilot:
    """The pilot that tells the estimate from the value at which the shift loses.

    How much accounts differ follows from the spread of the draws, which is that of a
    mean of the accounts behind the estimate. It takes no more accounts than those.
    """
    flips = shift.flips[
        (shift.flips["parameter"] == parameter) & (shift.flips["root"] == 1)
    ]
    n_known = (
        scope.assumptions["n"].get(parameter) if parameter in scope.draws else None
    )
    if flips.empty or pd.isna(n_known):
        return Pilot(parameter, None, None, None, None, 0.0)
    flip = flips.iloc[0]
    of_account = float(np.std(scope.draws[parameter])) * np.sqrt(float(n_known))
    away = float(flip["flip_value"]) - scope.base[parameter]
    # No number of accounts tells an estimate from a flip it stands on.
    needed = accounts_for_power(of_account, away, limits) if away else None
    n_accounts = min(needed or int(n_known), int(n_known))
    return Pilot(
        parameter,
        float(flip["flip_value"]),
        str(flip["direction"]),
        needed,
        n_accounts,
        of_account / np.sqrt(n_accounts),
    )


def accounts_for_power(of_account: float, away: float, limits: Policy) -> int:
    """Accounts whose mean is seen to be on its side of a value this far away."""
    deviations = ndtri(limits.pilot_power) + ndtri(limits.pilot_bound)
    needed = (deviations * of_account / away) ** 2
    return max(int(np.ceil(needed)), 1)


def weighed(table: pd.DataFrame, criteria: pd.DataFrame) -> pd.DataFrame:
    """The options with their score in money, the best first, and what would turn it.

    Each criterion is money, and its weight what one unit of it is worth in expected
    value. Points from the worst option to the best would not do: a third option that
    nobody wants would stretch their scale, and with it decide between the other two.
    """
    parts = {
        row["criterion"]: table[row["score_column"]].astype(float)
        * (1 if row["direction"] == "higher" else -1)
        for row in criteria.to_dict("records")
    }
    weights = dict(zip(parts, criteria["weight"].astype(float), strict=True))
    amounts = pd.DataFrame(parts, index=table.index)
    table = table.assign(
        criteria_score=sum(amounts[name] * weights[name] for name in weights).round(2),
        criteria_detail=[
            "; ".join(
                f"{name} {row[name]:,.0f} x {weights[name]:g}" for name in weights
            )
            for row in amounts.to_dict("records")
        ],
    ).sort_values(
        ["criteria_score", "value_mean", "option_id"], ascending=[False, False, True]
    )
    first = table.iloc[0]
    cheaper = first["reversal_cost"] - table["reversal_cost"]
    return table.assign(
        break_even_reversal_rate=(first["value_mean"] - table["value_mean"])
        / cheaper.where(cheaper > 0),
        first_if=[None]
        + [
            turning_weights(
                first["criteria_score"] - table.loc[place, "criteria_score"],
                amounts.loc[place] - amounts.loc[first.name],
                weights,
            )
            for place in table.index[1:]
        ],
        rank=range(1, len(table) + 1),
    )


def turning_weights(
    behind: float, better: pd.Series, weights: Mapping[str, float]
) -> str:
    """At which weight of one criterion, others as they are, an option comes first.

    It is behind by so much in all, and better by so much in each criterion.
    """
    told = []
    for name, weight in weights.items():
        # A weight below 0 would call the better the worse.
        turn = weight + behind / better[name] if better[name] else -1.0
        if turn > ROUNDING:
            side = "more" if better[name] > 0 else "less"
            told.append(f"{name} weighs {turn:.2f} or {side}, now {weight:g}")
    return "; ".join(told) or "no weight of one criterion by itself"


def _rules(shift: Shift, pilot: Pilot, learnt: float) -> dict[str, str]:
    """When to scale a pilot and when to stop it, in words."""
    name = NAMES.get(pilot.parameter, pilot.parameter)
    if pilot.gate is None:
        nothing = f"No {name} in its range would turn the shift."
        return {"stage_gate": nothing, "stop_condition": nothing}
    lower, upper, at_least, at_most = "lower", "upper", "at or above", "below"
    if pilot.favours_shift == "below":
        lower, upper, at_least, at_most = upper, lower, "at or below", "above"
    bound = f"bound of the 80 % interval of {name}"
    return {
        "stage_gate": f"After {learnt:.1f} months and {pilot.n_accounts} accounts, go "
        f"to {shift.best:.0%} expansion if the {lower} {bound} is {at_least} "
        f"{pilot.gate:.4g}.",
        "stop_condition": f"Return to {shift.today:.0%} expansion if the {upper} "
        f"{bound} is {at_most} {pilot.gate:.4g}.",
    }


def _turning_point(shift: Shift) -> str:
    """The flip of what the motion that grows costs, else the nearest, in words.

    That cost is what nobody has seen at its new size.
    """
    flips = nearest_first(shift.flips)
    if flips.empty:
        return "No parameter by itself would turn the shift within its range."
    cost = "cac_expansion" if shift.best > shift.today else "cac_new"
    own = flips[flips["parameter"] == cost]
    nearest = (flips if own.empty else own).iloc[0]
    side = "below" if nearest["direction"] == "above" else "above"
    return (
        f"Return to {shift.today:.0%} expansion if {NAMES[nearest['parameter']]} "
        f"is {side} "
        f"{float(nearest['flip_value']):.4g}."
    )
