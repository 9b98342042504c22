"""What a number is worth: a score from 0 to 1, a grade A to D, and what to call it."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

OBSERVED, DERIVED, ASSUMED = "observed", "derived", "assumed"


@dataclass(frozen=True)
class Basis:
    """What a number rests on: of which day, how much of the ARR, whose, how known.

    No day where a source is missing; no coverage where it is of the company as a whole.
    """

    seen_on: pd.Timestamp
    coverage: float | None
    owner: str | None
    provenance: str

    @property
    def keeps_as(self) -> str:
        """Decisions age more slowly than what was seen: the policy's keys differ."""
        return "policy" if self.provenance == ASSUMED else "evidence"


def basis_of_sources(
    sources: pd.DataFrame, ids: tuple[str, ...], provenance: str
) -> Basis:
    """The oldest day, the least coverage and the first owner of some sources."""
    used = sources.set_index("source_id").reindex(list(ids))
    seen_on = pd.to_datetime(used["last_refreshed_on"])
    coverage = used["coverage_rate"].astype(float).min()
    owner = used["owner"].iloc[0]
    return Basis(
        pd.NaT if seen_on.isna().any() else seen_on.min(),
        None if pd.isna(coverage) else float(coverage),
        None if pd.isna(owner) else str(owner),
        provenance,
    )


def freshness(
    basis: Basis, today: pd.Timestamp, limits: dict[str, float]
) -> float | None:
    """Halved with each half-life; None where nothing was seen, or too long ago."""
    if pd.isna(basis.seen_on):
        return None
    # What was decided after the as-of date was not a day old on it.
    age = max((today - basis.seen_on).days, 0)
    if age > limits[f"{basis.keeps_as}_limit_days"]:
        return None
    return 0.5 ** (age / limits[f"{basis.keeps_as}_half_life_days"])


def stale_on(basis: Basis, limits: dict[str, float]) -> pd.Timestamp:
    """The last day on which the evidence still counts."""
    return basis.seen_on + pd.Timedelta(days=limits[f"{basis.keeps_as}_limit_days"])


def precision(estimate: float, low: float, high: float) -> float:
    """1 for a point, 0 where the 80 % interval is as wide as twice the estimate."""
    half = (high - low) / 2
    if half == 0:
        return 1.0
    return max(0.0, 1 - half / abs(estimate)) if estimate else 0.0


def sufficiency(case_weights: np.ndarray, limits: dict[str, float]) -> float:
    """Kish's effective number of cases, from 0 for none to 1 for any number."""
    squares = (case_weights**2).sum()
    n_effective = case_weights.sum() ** 2 / squares if squares else 0.0
    return n_effective / (n_effective + limits["evidence_count_half"])


def score(*parts: float | None) -> float:
    """The geometric mean of what is known: one bad part is not made good by others."""
    known = np.array([part for part in parts if part is not None])
    return float(known.prod() ** (1 / len(known)))


def kind(worth: float | None, provenance: str, n: int, limits: dict[str, float]) -> str:
    """A fact is observed, often enough and well; without a score it is a question."""
    if worth is None:
        return "open_question"
    is_fact = (
        provenance == OBSERVED
        and n >= limits["fact_least_n"]
        and worth >= limits["fact_least_score"]
    )
    return "fact" if is_fact else "assumption"


def grade(worth: float | None, limits: dict[str, float]) -> str:
    """A to D; what has no score is at best a guess."""
    for letter in "abc":
        if worth is not None and worth >= limits[f"grade_{letter}_from"]:
            return letter.upper()
    return "D"


def graded_counts(
    counts: pd.DataFrame, sources: pd.DataFrame, policy: pd.DataFrame, as_of: dt.date
) -> pd.DataFrame:
    """What was counted, each with the grade of its source and of its n cases."""
    limits, today = limits_of(policy), pd.Timestamp(as_of)
    bases = {
        source: basis_of_sources(sources, (source,), OBSERVED)
        for source in counts["source_id"].unique()
    }

    def graded(source: str, n: int) -> str:
        fresh = freshness(bases[source], today, limits)
        enough = sufficiency(np.ones(n), limits)
        return grade(_worth(fresh, bases[source], limits, enough), limits)

    pairs = zip(counts["source_id"], counts["n"].astype(int), strict=True)
    return counts.assign(evidence_grade=[graded(*pair) for pair in pairs])


def graded_benchmarks(
    benchmarks: pd.DataFrame, policy: pd.DataFrame, as_of: dt.date
) -> pd.DataFrame:
    """Figures of others by the age of their year; not read first-hand, a guess."""
    limits, today = limits_of(policy), pd.Timestamp(as_of)

    def graded(year: int, is_read: bool) -> str:
        end_of_year = pd.Timestamp(year=int(year), month=12, day=31)
        basis = Basis(end_of_year, None, None, DERIVED if is_read else ASSUMED)
        return grade(_worth(freshness(basis, today, limits), basis, limits), limits)

    pairs = zip(benchmarks["year"], benchmarks["is_read_first_hand"], strict=True)
    return benchmarks.assign(evidence_grade=[graded(*pair) for pair in pairs])


def _worth(
    fresh: float | None, basis: Basis, limits: dict[str, float], *more: float
) -> float | None:
    if fresh is None:
        return None
    return score(fresh, basis.coverage, limits[f"provenance_{basis.provenance}"], *more)


def limits_of(policy: pd.DataFrame) -> dict[str, float]:
    """The values of the seed decision_parameters by key."""
    values = policy["value"].astype(float)
    return dict(zip(policy["parameter_key"], values, strict=True))
