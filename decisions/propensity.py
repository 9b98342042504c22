"""The chance that a customer expands, from what was known of it at a month's end.

Every function takes a month and uses nothing later: chances of that month would have
been the same on that day. Two models compete, a regularised logistic regression and the
best single signal; `evaluation` decides between them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

LOGISTIC = "logistic"
BASELINE = "best single signal"

# What the model sees of an account: the column, how a reason names it, its format.
FEATURES = {
    "bearing_arr": ("ARR", ",.0f"),
    "seat_utilisation_rate": ("share of seats in use", ".0%"),
    "limit_utilisation_rate": ("share of the limit used", ".0%"),
    "breadth_rate": ("share of features in use", ".0%"),
    "breadth_change": ("change of the share of features in use", "+.0%"),
    "active_users_growth_rate": ("growth of active users in a quarter", "+.0%"),
    "new_user_rate": ("share of users who are new", ".0%"),
    "stickiness_rate": ("share of active users on a day", ".0%"),
    "premium_users": ("users who tried a premium feature", ".0f"),
    "health_score": ("health", ".0f"),
    "headcount_growth_rate": ("growth of head-count in half a year", "+.0%"),
    "days_to_term_end": ("days to the end of the term", ".0f"),
    "days_since_executive_contact": ("days since an executive answered", ".0f"),
    "months_as_customer": ("months as a customer", ".0f"),
    "months_since_expansion": ("months since it last expanded", ".0f"),
    "n_products": ("products", ".0f"),
    "n_fired_signals": ("signals fired", ".0f"),
}
# Seen by their logarithm: ten months more mean less where there are many.
SKEWED = ("bearing_arr", "months_as_customer", "months_since_expansion")
FIRED = "fired: "
SEGMENT = "segment: "
KNOWN = ["account_id", "month_start", "month", "is_expanded"]


@dataclass(frozen=True)
class Rules:
    """The policy that measurement and scores go by, as its seeds explain."""

    outcome_months: int
    least_training_cases: int
    least_training_expansions: int
    backtest_least_fires: int
    regularisation_strength: float
    top_share_rate: float
    reliability_bins: int
    bootstrap_draws: int
    confidence_rate: float


@dataclass(frozen=True)
class SignalRule:
    """A signal as a model: chances by whether it fired, and each signal's record."""

    signal: str | None
    chance_fired: float
    chance_quiet: float
    records: pd.DataFrame

    def chances(self, cases: pd.DataFrame) -> np.ndarray:
        """The share that expanded among training cases of the same kind."""
        if self.signal is None:
            return np.full(len(cases), self.chance_quiet)
        fired = cases[FIRED + self.signal].to_numpy() > 0
        return np.where(fired, self.chance_fired, self.chance_quiet)


@dataclass(frozen=True)
class LogisticModel:
    """A fitted pipeline and the columns it was fitted on."""

    pipeline: Pipeline
    columns: list[str]

    def chances(self, cases: pd.DataFrame) -> np.ndarray:
        return self.pipeline.predict_proba(_inputs(cases, self.columns))[:, 1]

    def contributions(self, cases: pd.DataFrame) -> pd.DataFrame:
        """What each input adds to the log odds of an average account."""
        steps = self.pipeline[:-1]
        inputs = _inputs(cases, self.columns)
        return pd.DataFrame(
            steps.transform(inputs) * self.pipeline[-1].coef_[0],
            index=cases.index,
            columns=steps[0].get_feature_names_out(self.columns),
        )


def month_numbers(dates: pd.Series) -> pd.Series:
    """Months counted from year zero, as the warehouse counts them."""
    stamps = pd.to_datetime(dates)
    return stamps.dt.year * 12 + stamps.dt.month


def last_month(features: pd.DataFrame) -> int:
    """The month whose accounts are scored; 0 where there are none."""
    return int(month_numbers(features["month_start"]).max()) if len(features) else 0


def rules(motion_policy: pd.DataFrame, measurement_policy: pd.DataFrame) -> Rules:
    """The rules of the one row of each policy."""
    values = {**motion_policy.iloc[0], **measurement_policy.iloc[0]}
    return Rules(
        **{field.name: field.type(values[field.name]) for field in fields(Rules)}
    )


def known_cases(features: pd.DataFrame) -> pd.DataFrame:
    """One row per account and month, in numbers: features, segment, fired signals.

    Rows are in the order of their keys, whatever order they came in.
    """
    cases = features.sort_values(["account_id", "month_start"], ignore_index=True)
    table = cases[["account_id", "month_start"]].copy()
    table["month"] = month_numbers(cases["month_start"])
    table["is_expanded"] = cases["is_expanded"].astype(float)
    for name in FEATURES:
        table[name] = cases[name].astype(float)
    segments = pd.get_dummies(cases["segment"], prefix=SEGMENT, prefix_sep="")
    fired = cases["fired_signals"].astype(object).fillna("").astype(str)
    # Where nothing has ever fired, pandas makes a flag of the empty name.
    flags = fired.str.get_dummies(", ").drop(columns="", errors="ignore")
    flags = flags.add_prefix(FIRED)
    return pd.concat([table, segments.astype(float), flags.astype(float)], axis=1)


def closed_cases(cases: pd.DataFrame, month: int, rules: Rules) -> pd.DataFrame:
    """The cases whose outcome was known by the end of a month."""
    is_closed = cases["month"] + rules.outcome_months <= month
    return cases[is_closed & cases["is_expanded"].notna()]


def is_enough(training: pd.DataFrame, rules: Rules) -> bool:
    """Whether there are cases to learn from, of those that expanded and those not."""
    n_expanded = training["is_expanded"].sum()
    fewest = min(n_expanded, len(training) - n_expanded)
    return (
        len(training) >= rules.least_training_cases
        and fewest >= rules.least_training_expansions
    )


def splits(
    cases: pd.DataFrame, month: int, rules: Rules
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Training and test cases of each month whose outcomes are known.

    Training knows the outcomes that had closed by the test's month, so a gap of the
    horizon lies between the two, and grows with each test.
    """
    closed = closed_cases(cases, month, rules)
    for test_month, test in closed.groupby("month"):
        training = closed_cases(cases, int(test_month), rules)
        if is_enough(training, rules):
            yield training, test


def fitted_logistic(training: pd.DataFrame, rules: Rules) -> LogisticModel:
    """A logistic regression on standardised inputs; what is missing says so itself."""
    columns = [
        name for name in training if name not in KNOWN and training[name].nunique() > 1
    ]
    pipeline = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True),
        StandardScaler(),
        LogisticRegression(C=1 / rules.regularisation_strength, max_iter=1000),
    )
    pipeline.fit(_inputs(training, columns), training["is_expanded"].astype(int))
    return LogisticModel(pipeline, columns)


def fitted_signal(training: pd.DataFrame, rules: Rules) -> SignalRule:
    """The signal that ranks the training cases best, by what its top share holds.

    Where none fired often enough, all accounts have the same chance.
    """
    expanded = training["is_expanded"]
    records = pd.DataFrame(
        [
            (name.removeprefix(FIRED), len(hits), hits.mean(), expanded[~fired].mean())
            for name in training.filter(like=FIRED)
            if len(hits := expanded[fired := training[name] > 0])
        ],
        columns=["signal", "n_fired", "chance_fired", "chance_quiet"],
    ).set_index("signal")
    often = records[records["n_fired"] >= rules.backtest_least_fires]
    size = rules.top_share_rate * len(training)
    taken = often["n_fired"].clip(upper=size)
    # A signal that fired for everybody leaves nobody quiet.
    quiet = often["chance_quiet"].fillna(often["chance_fired"])
    in_top = taken * often["chance_fired"] + (size - taken) * quiet
    if in_top.empty or in_top.max() <= size * expanded.mean():
        return SignalRule(None, np.nan, float(expanded.mean()), records)
    best = often.loc[in_top.sort_index().idxmax()]
    return SignalRule(
        str(best.name),
        float(best["chance_fired"]),
        float(best["chance_quiet"]),
        records,
    )


def out_of_time_chances(
    cases: pd.DataFrame, month: int, rules: Rules
) -> dict[str, pd.DataFrame]:
    """By model, the test cases of all splits with their chance and what happened."""
    tested: dict[str, list[pd.DataFrame]] = {LOGISTIC: [], BASELINE: []}
    for training, test in splits(cases, month, rules):
        models = {
            LOGISTIC: fitted_logistic(training, rules),
            BASELINE: fitted_signal(training, rules),
        }
        for name, model in models.items():
            tested[name].append(test[KNOWN].assign(chance=model.chances(test)))
    return {name: pd.concat(tests) for name, tests in tested.items() if tests}


def scored(
    cases: pd.DataFrame, month: int, method: str | None, rules: Rules
) -> pd.DataFrame:
    """The accounts of a month with chance and reasons; none without a method."""
    training = closed_cases(cases, month, rules)
    now = cases[cases["month"] == (month if method else None)]
    if method == LOGISTIC:
        model = fitted_logistic(training, rules)
        chances, reasons = model.chances(now), _logistic_reasons(model, now)
    else:
        rule = fitted_signal(training, rules)
        chances, reasons = rule.chances(now), _signal_reasons(rule, now)
    table = now[["account_id", "month_start"]].reset_index(drop=True)
    return table.assign(chance=chances.round(6), method=method, reasons=reasons)


def _inputs(cases: pd.DataFrame, columns: list[str]) -> np.ndarray:
    """The columns as numbers, the skewed ones by their logarithm."""
    inputs = cases[columns].copy()
    for name in set(SKEWED) & set(columns):
        inputs[name] = np.log1p(inputs[name].clip(lower=0))
    return inputs.to_numpy(dtype=float)


def _logistic_reasons(model: LogisticModel, cases: pd.DataFrame) -> list[str]:
    parts = model.contributions(cases)
    order = np.argsort(-parts.abs().to_numpy(), axis=1, kind="stable")[:, :3]
    return [
        "; ".join(
            f"{_said(parts.columns[place], case)} "
            f"({'raises' if parts.loc[label].iloc[place] > 0 else 'lowers'} the chance)"
            for place in places
        )
        for places, (label, case) in zip(order, cases.iterrows(), strict=True)
    ]


def _said(name: str, case: pd.Series) -> str:
    """An input of the model with the account's own value."""
    if name.startswith(FIRED):
        state = "has fired" if case[name] > 0 else "has not fired"
        return f"signal {name.removeprefix(FIRED)} {state}"
    if name.startswith(SEGMENT):
        state = "is" if case[name] > 0 else "is not"
        return f"segment {state} {name.removeprefix(SEGMENT)}"
    label, form = FEATURES[name.removeprefix("missingindicator_")]
    value = case[name.removeprefix("missingindicator_")]
    return f"{label} unknown" if pd.isna(value) else f"{label} {value:{form}}"


def _signal_reasons(rule: SignalRule, cases: pd.DataFrame) -> list[str]:
    """The signals that fired, the leading one first, with what they led to before."""
    order = rule.records.sort_values("chance_fired", ascending=False, kind="stable")
    names = sorted(order.index, key=lambda name: name != rule.signal)
    reasons = []
    for _, case in cases.iterrows():
        fired = [name for name in names if case[FIRED + name] > 0][:3]
        said = [
            f"{name} has fired: {rule.records.loc[name, 'chance_fired']:.0%} of "
            f"{rule.records.loc[name, 'n_fired']} such cases expanded"
            for name in fired
        ]
        if rule.signal not in fired:
            quiet = f"{rule.signal} has not fired" if rule.signal else "no signal tells"
            said.append(f"{quiet}: {rule.chance_quiet:.0%} of such cases expanded")
        reasons.append("; ".join(said[:3]))
    return reasons
