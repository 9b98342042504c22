"""What the record of a decision says, in sentences, from its inputs.

The record proper is one page: the twelve fields, what is known apart by its kind, and
what would change our mind. What it stands on, row by row, is the annex.
"""

import re
from collections.abc import Iterable
from typing import Any

from decisions.value_model import NAMES

Inputs = dict[str, Any]

# The twelve fields of a decision, in the order they are read.
FIELDS = {
    "objective": "Objective",
    "scope_and_horizon": "Scope and horizon",
    "success_metrics": "Success metrics",
    "key_assumptions": "Key assumptions",
    "options": "Options",
    "scenario_ranges": "Scenario ranges",
    "trade_off": "Trade-off",
    "risks_and_mitigations": "Risks and mitigations",
    "decision_criteria": "Decision criteria",
    "recommendation": "Recommendation",
    "owner_and_timeline": "Owner and timeline",
    "review_triggers": "Review triggers",
}
KINDS = {
    "facts": "fact",
    "assumptions": "assumption",
    "open_questions": "open_question",
}
APART = {
    "facts": "Facts",
    "assumptions": "Assumptions",
    "open_questions": "Open questions",
    "what_would_change_our_mind": "What would change our mind",
    "stop_conditions": "Stop conditions",
    "escalation": "Escalation",
}
# Values of policy that a number is multiplied by, as people say them.
DECIDED = {
    "budget_movable_rate": "{:.0%} of what is spent can move",
    "new_logo_cap_factor": "{:.3g} times what was won in the last year",
}
# Not a digit of a name such as USR-034.
NUMBER = re.compile(r"(?<![\w-])\d")
N_NEAREST = 5
N_RISKS = 3
# Values of policy, not of what was seen, come from this schema.
POLICY = "policy."
EXPIRES = "evidence_expired"
EXPANSION, NEW_LOGOS = "expansion", "new logos"


def page(inputs: Inputs, version: int, changes: str) -> dict[str, Any]:
    """What the templates show, section by section, and the columns it is kept in.

    Where the decision is not ready, nothing is valued and nothing recommended: only
    what is missing, who can supply it and by when.
    """
    is_ready = inputs["verdict"] != "not_ready"
    valued = {
        "scenario_ranges": _ranges(inputs),
        "trade_off": _trade_off(inputs),
        "risks_and_mitigations": _risks(inputs),
        "recommendation": _recommendation(inputs),
        "what_would_change_our_mind": _flips(inputs),
        "stop_conditions": _stops(inputs),
    }
    shown = {
        "objective": [inputs["decision"]["objective"]],
        "scope_and_horizon": _scope(inputs),
        "success_metrics": [_stand(inputs, row) for row in _success(inputs)],
        "key_assumptions": _key_assumptions(inputs),
        "options": _options(inputs, is_ready),
        "decision_criteria": _criteria(inputs, is_ready),
        "owner_and_timeline": _owner(inputs),
        "review_triggers": _triggers(inputs),
        "escalation": [_person(inputs, inputs["decision"]["escalation_user_id"])],
        **{name: _briefly(inputs, kind) for name, kind in KINDS.items()},
    } | (valued if is_ready else {name: [] for name in valued})
    in_full = {
        "success_metrics": [_defined(inputs, row) for row in _success(inputs)],
        **{name: _known(inputs, kind) for name, kind in KINDS.items()},
    }
    headings = FIELDS | APART
    return {
        "question": inputs["decision"]["question"],
        "decision_id": inputs["decision"]["decision_id"],
        "version": version,
        "as_of": inputs["as_of"],
        "verdict": inputs["verdict"].replace("_", " "),
        "is_ready": is_ready,
        "missing": _missing(inputs),
        "what_changed": changes,
        "answer": _answer(inputs) if is_ready else [],
        "grades": _grades(inputs),
        "sections": [(headings[name], shown[name]) for name in headings if shown[name]],
        "annex": [
            (heading, lines)
            for heading, lines in _annex(inputs, in_full).items()
            if lines
        ],
        "columns": {name: (shown | in_full)[name] for name in headings},
    }


def _annex(inputs: Inputs, in_full: dict[str, list[str]]) -> dict[str, list[str]]:
    return {
        "Success metrics as they are defined": in_full["success_metrics"],
        "Against others": _against_others(inputs),
        **{f"{APART[name]} and their sources": in_full[name] for name in KINDS},
        "Options and who approves them": [
            f"{row['option_id']} {row['option_name']}: {row['constraints']}; to be "
            f"approved by {_person(inputs, row['approver_user_id'])}"
            for row in _by(inputs["options"], "option_id")
        ],
        "Criteria and why": [
            f"{row['criterion']}, weight {row['weight']:g}, {row['direction']} is "
            f"better: {row['reason']}"
            for row in _by(inputs["criteria"], "criterion")
        ],
        "Triggers and what they ask for": [
            f"{_trigger(row)}: {row['action']} within {row['due_days']} days; over: "
            f"{row['reversal_signal']}"
            for row in _by(inputs["rules"], "trigger_id")
        ],
    }


def _grades(inputs: Inputs) -> str:
    """What letters mean, and where that of computed numbers comes from."""
    text = "Letters grade the evidence, A to D, a question mark has none."
    key = _key_rows(inputs)
    if not key:
        return text
    weakest = max(key, key=_rank)
    return (
        f"{text} What is computed has that of the weakest of its key assumptions: "
        f"{NAMES[weakest['parameter']]} {_grade(weakest)}."
    )


def _answer(inputs: Inputs) -> list[str]:
    """The option and what it does to the budget; whether any is worth its money."""
    row = _chosen(inputs)
    if row is None:
        return []
    today = _estimates(inputs).get("share_expansion")
    share, motion = row["share_expansion"], EXPANSION
    if today is not None and share < today:
        share, motion, today = 1 - share, NEW_LOGOS, 1 - today
    now = "" if today is None else f", now {today:.0%}"
    part = "all" if share == 1 else f"{share:.0%}"
    lines = [
        f"{row['option_id']} {row['option_name']}: {part} of the budget that can move "
        f"to {motion}{now} {_weakest(inputs)}"
    ]
    best = max(inputs["scores"], key=lambda row: row["value_mean"])
    if best["value_mean"] < 0:
        lines.append(
            f"every option is worth less than spending nothing within "
            f"{inputs['decision']['horizon_months']} months: the best, "
            f"{best['option_id']}, loses {_money(-best['value_mean'], inputs)} and "
            f"pays in {_chance(best['probability_pays'])} of cases {_weakest(inputs)}"
        )
    return lines


def _scope(inputs: Inputs) -> list[str]:
    decision = inputs["decision"]
    where = "the company"
    if decision["scope_type"] != "company":
        where = f"{decision['scope_type']} {decision['scope_value'].replace('_', ' ')}"
    return [
        f"{where}, {decision['horizon_months']} months from {inputs['as_of']}; a "
        f"difference of {_money(decision['materiality'], inputs)} matters",
    ]


def _success(inputs: Inputs) -> list[Inputs]:
    wanted = inputs["decision"]["success_metrics"].split()
    return [
        row
        for row in _by(inputs["definitions"], "metric_id")
        if row["metric_id"] in wanted
    ]


def _stand(inputs: Inputs, metric: Inputs) -> str:
    """Where a metric stands, and what others reach."""
    texts = [f"{metric['metric_name']}: {_own(inputs, metric['metric_id'])}"] + [
        f"{row['benchmark'].split('_')[-1]} {row['value']:.0%} {_grade(row)}"
        for row in _by(inputs["benchmarks"], "benchmark")
        if row["compared_with"] == metric["metric_id"]
    ]
    return "; ".join(texts)


def _defined(inputs: Inputs, metric: Inputs) -> str:
    """A metric as it is locked, with where it stands and of how much."""
    base = _baseline(inputs, metric["metric_id"])
    of = f" of {base['denominator']:,.0f}" if base else ""
    return (
        f"{metric['metric_name']} ({metric['policy_version']}): "
        f"{metric['definition']}. Now {_own(inputs, metric['metric_id'])}{of}"
    )


def _baseline(inputs: Inputs, metric_id: str) -> Inputs | None:
    found = [row for row in inputs["baselines"] if row["metric_id"] == metric_id]
    return found[0] if found and found[0]["value"] is not None else None


def _own(inputs: Inputs, name: str) -> str:
    """Our own figure, a metric or a parameter, with its grade."""
    for row in inputs["assumptions"]:
        if row["parameter"] == name and row["estimate"] is not None:
            return f"{_amount(row['estimate'], row)} {_grade(row)}"
    row = _baseline(inputs, name)
    return f"{row['value']:.1%} {_grade(row)}" if row else "unknown [?]"


def _against_others(inputs: Inputs) -> list[str]:
    """Each benchmark, whose it is, and our own figure beside it."""
    lines = []
    for row in _by(inputs["benchmarks"], "benchmark"):
        read = "" if row["is_read_first_hand"] else ", not read first-hand"
        name = row["benchmark"].replace("_", " ").replace(" arr ", " ARR ")
        lines.append(
            f"{name} {row['value']:.2f} {row['unit']} {_grade(row)}, {row['source']} "
            f"{row['year']}{read}; ours {_own(inputs, row['compared_with'])}"
        )
    return lines


def _known(inputs: Inputs, kind: str) -> list[str]:
    return [_assumption(row) for row in _of_kind(inputs, kind)]


def _briefly(inputs: Inputs, kind: str) -> list[str]:
    """All of a kind in one line: names, ranges and grades."""
    return ["; ".join(map(_brief, rows))] if (rows := _of_kind(inputs, kind)) else []


def _of_kind(inputs: Inputs, kind: str) -> list[Inputs]:
    rows = _by(inputs["assumptions"], "parameter")
    return [row for row in rows if row["kind"] == kind]


def _brief(row: Inputs) -> str:
    text = NAMES[row["parameter"]]
    if row["estimate"] is not None:
        text += f" {_amount(row['estimate'], row)}"
        if row["p10"] is not None and row["p10"] != row["p90"]:
            low, high = (_figure(row[name], row) for name in ("p10", "p90"))
            text += f" ({low} to {high})"
    return f"{text}{_decided(row)} {_grade(row)}"


def _decided(row: Inputs) -> str:
    """What of a number was decided, not seen."""
    told = DECIDED.get(row.get("policy_key"))
    return f", {told.format(row['policy_value'])}, decided not seen" if told else ""


def _assumption(row: Inputs) -> str:
    text = f"{_brief(row)}, {row['parameter']}"
    if row["n"]:
        text += f", n {row['n']:,.0f}"
    text += f", {row['source_table']}, {row['owner'] or 'no owner'}"
    return text + (f", good until {row['stale_on']}" if row["stale_on"] else "")


def _key_assumptions(inputs: Inputs) -> list[str]:
    """The parameters the answer hangs on, with what each may move and is worth."""
    swings = {row["parameter"]: row["swing"] for row in inputs["tornado"]}
    worth = {row["parameter"]: row["evppi"] for row in inputs["information"]}
    return [
        f"{NAMES[row['parameter']]}{_decided(row)}: moves the answer by "
        f"{_money(swings.get(row['parameter'], 0), inputs)}, knowing it is worth "
        f"{_money(worth.get(row['parameter'], 0), inputs)} {_grade(row)}"
        for row in _key_rows(inputs)
    ]


def _key_rows(inputs: Inputs) -> list[Inputs]:
    """The critical parameters, what the answer hangs on most first."""
    places = inputs["critical"]
    rows = [row for row in inputs["assumptions"] if row["parameter"] in places]
    return sorted(rows, key=lambda row: places[row["parameter"]])


def _options(inputs: Inputs, is_ready: bool) -> list[str]:
    scores = {row["option_id"]: row for row in inputs["scores"]}
    lines = []
    for row in _by(inputs["options"], "option_id"):
        score = scores.get(row["option_id"])
        text = f"{row['option_id']} {row['option_name']}"
        if score and is_ready:
            text += f", {score['share_expansion']:.0%} to expansion: worth "
            text += f"{_money(score['value_mean'], inputs)} "
            text += (
                f"({_money(score['value_p5'], inputs)} in a bad case), more than it "
            )
            text += f"costs in {_chance(score['probability_pays'])} and best in "
            text += f"{_chance(score['probability_best'])} of cases; to undo "
            text += f"{_money(score['reversal_cost'], inputs)} {_weakest(inputs)}"
        lines.append(text)
    return lines


def _ranges(inputs: Inputs) -> list[str]:
    return [
        f"{row['option']}: {_money(row['value_mean'], inputs)} "
        f"({row['value_p5']:,.0f} to {row['value_p95']:,.0f}), the worst tenth "
        f"{row['value_cvar_10']:,.0f}, best in {_chance(row['probability_best'])} of "
        f"{row['n_draws']:,} draws {_weakest(inputs)}"
        for row in _by(inputs["simulation"], "option")
    ]


def _trade_off(inputs: Inputs) -> list[str]:
    ranked = _by(inputs["scores"], "rank")
    if len(ranked) < 2:
        return []
    best, next_best = ranked[:2]
    gains = {
        "on average": best["value_mean"] - next_best["value_mean"],
        "in a bad case": best["value_p5"] - next_best["value_p5"],
        "to undo": next_best["reversal_cost"] - best["reversal_cost"],
    }
    told = ", ".join(
        f"{_money(abs(gain), inputs)} {'better' if gain >= 0 else 'worse'} {when}"
        for when, gain in gains.items()
    )
    names = (best["option_id"], next_best["option_id"])
    matters = inputs["decision"]["materiality"]
    if abs(gains["on average"]) < matters:
        told += f", on average less than the {matters:,.0f} that matter"
    lines = [f"{names[0]} against {names[1]}: {told} {_weakest(inputs)}"]
    chance = next_best["break_even_reversal_rate"]
    if chance is not None and chance >= 0:
        needed = f"only if {names[0]} had to be undone with a chance of {chance:.0%}"
        if chance > 1:
            needed = f"not even if {names[0]} surely had to be undone"
        lines.append(
            f"{names[1]} is worth as much as {names[0]} {needed}; {names[0]} is worth "
            f"less than today's mix in {_chance(best['probability_below_keep'])} of "
            f"cases {_weakest(inputs)}"
        )
    return lines


def _risks(inputs: Inputs) -> list[str]:
    """What moves the answer most, then what was never seen, then being wrong.

    Each with the triggers that watch it, or why none does.
    """
    grades = {row["parameter"]: _grade(row) for row in inputs["assumptions"]}
    lines = []
    for row in _by(inputs["tornado"], "rank", "parameter")[:N_RISKS]:
        name = row["parameter"]
        known = _parameter(inputs, name)
        turns = "turns the answer" if row["is_sign_changed"] else "keeps the answer"
        lines.append(
            f"{NAMES[name]} from {_figure(row['low'], known)} to "
            f"{_figure(row['high'], known)} moves expansion against new logos from "
            f"{row['difference_low']:,.0f} to {_money(row['difference_high'], inputs)} "
            f"and {turns} {grades.get(name, '[?]')}; {_watched(inputs, [name])}"
        )
    chosen = _chosen(inputs)
    if chosen is None:
        return lines
    lines += _unseen(inputs, chosen)
    return [
        *lines,
        f"choosing {chosen['option_id']} wrongly costs "
        f"{_money(chosen['expected_regret'], inputs)} on average, "
        f"{_money(chosen['max_regret'], inputs)} at most {_weakest(inputs)}; "
        + _watched(inputs, inputs["critical"]),
    ]


def _unseen(inputs: Inputs, chosen: Inputs) -> list[str]:
    """How much more of the budget a motion is to spend than it does today."""
    known = _estimates(inputs)
    today, budget = known.get("share_expansion"), known.get("budget")
    then = chosen["share_expansion"]
    if today is None or budget is None or then == today:
        return []
    motion, cost = (
        (EXPANSION, "cac_expansion") if then > today else (NEW_LOGOS, "cac_new")
    )
    if then < today:
        today, then = 1 - today, 1 - then
    times = f", {then / today:.1f} times as much" if today > 0 else ""
    return [
        f"{motion} would spend {_money(then * budget, inputs)} instead of "
        f"{today * budget:,.0f}{times}: its cost at that size was never seen [?], the "
        f"answer holds {_holds(inputs, cost)}; {_watched(inputs, [cost])}"
    ]


def _holds(inputs: Inputs, parameter: str) -> str:
    """Up to which value of a cost; the nearest flip says."""
    known = _parameter(inputs, parameter)
    flips = [
        row["flip_value"]
        for row in inputs["thresholds"]
        if row["parameter"] == parameter and row["flip_value"] is not None
    ]
    if not flips or not known:
        return "at any that was tried"
    nearest = min(flips, key=lambda flip: abs(flip - known["estimate"]))
    side = "below" if nearest > known["estimate"] else "above"
    now = f"{_figure(known['estimate'], known)} {_grade(known)}"
    return f"{side} {_figure(nearest, known)}, now {now}"


def _watched(inputs: Inputs, parameters: Iterable[str]) -> str:
    """The triggers on any of some parameters; why there is none."""
    wanted = set(parameters)
    rules = _by(inputs["rules"], "trigger_id")
    found = [row["trigger_id"] for row in rules if row["parameter"] in wanted]
    if found:
        is_idle = all(
            row["flip_value"] is None
            for row in inputs["thresholds"]
            if row["parameter"] in wanted
        )
        idle = ", no flip within its range" if is_idle else ""
        return f"watched by {', '.join(found)}{idle}"
    known = [_parameter(inputs, name) for name in sorted(wanted)]
    expires = [row["trigger_id"] for row in rules if row["rule"] == EXPIRES]
    if (
        known
        and expires
        and all(str(row.get("source_table")).startswith(POLICY) for row in known)
    ):
        return f"decided, not seen: {', '.join(expires)} asks when it is too old"
    return "watched by no trigger: none is set on it"


def _criteria(inputs: Inputs, is_ready: bool) -> list[str]:
    """How options are weighed, what each comes to, and what would turn the ranking."""
    by_weight = sorted(
        inputs["criteria"], key=lambda row: (-row["weight"], row["criterion"])
    )
    terms = [
        f"{'+' if row['direction'] == 'higher' else '-'} {row['weight']:g} x "
        f"{row['criterion'].lower()}"
        for row in by_weight
    ]
    formula = " ".join(terms).removeprefix("+ ")
    lines = [f"score in {inputs['currency']} = {formula}, the weights decided [?]"]
    ranked = _by(inputs["scores"], "rank") if is_ready else []
    if ranked:
        told = ", ".join(
            f"{row['option_id']} {row['criteria_score']:,.0f}" for row in ranked
        )
        lines.append(f"{told} {_weakest(inputs)}")
    return lines + [
        f"{row['option_id']} first if {row['first_if']} {_weakest(inputs)}"
        for row in ranked[1:2]
    ]


def _recommendation(inputs: Inputs) -> list[str]:
    lines = _answer(inputs)
    for row in _by(inputs["scores"], "option_id"):
        learnt, delay = row["information_value"], row["delay_cost"]
        if learnt is not None and delay is not None:
            is_worth_it = "so it pays" if learnt > delay else "so it does not pay"
            lines.append(
                f"what the pilot {row['option_id']} would show is worth "
                f"{_money(learnt, inputs)}, waiting for it costs "
                f"{_money(delay, inputs)}, {is_worth_it} {_weakest(inputs)}"
            )
    conditions = [
        row["failing_rows"]
        for row in _by(inputs["checks"], "check_name")
        if row["state"] == "condition"
    ]
    return lines + [f"on condition: {_graded(text, inputs)}" for text in conditions]


def _owner(inputs: Inputs) -> list[str]:
    decision = inputs["decision"]
    owner = _person(inputs, decision["owner_user_id"])
    approvers = {_person(inputs, row["approver_user_id"]) for row in inputs["options"]}
    reviews = ", ".join(
        f"{row['review_id']} {row['review_kind'].replace('_', '-')} on {row['due_on']}"
        for row in _by(inputs["reviews"], "due_on")
        if row["held_on"] is None or row["held_on"] > inputs["as_of"]
    )
    return [
        f"{owner}, to be approved by {', '.join(sorted(approvers))}; asked on "
        f"{decision['asked_on']}, to be decided by {decision['due_on']}",
        f"reviews: {reviews or 'none to come'}",
    ]


def _triggers(inputs: Inputs) -> list[str]:
    """By rule, what is watched and by which trigger."""
    by_rule: dict[str, list[str]] = {}
    for row in _by(inputs["rules"], "trigger_id"):
        text = " ".join(filter(None, (_watches(row), row["trigger_id"])))
        by_rule.setdefault(row["rule"], []).append(text)
    alone = [
        f"{rule.replace('_', ' ')} {texts[0]}"
        for rule, texts in by_rule.items()
        if " " not in texts[0]
    ]
    return [
        f"{rule.replace('_', ' ')}: {', '.join(texts)}"
        for rule, texts in by_rule.items()
        if " " in texts[0]
    ] + ([", ".join(alone)] if alone else [])


def _trigger(row: Inputs) -> str:
    words = (row["trigger_id"], row["rule"].replace("_", " "), _watches(row))
    return " ".join(filter(None, words))


def _watches(row: Inputs) -> str:
    metric, parameter = row["metric"], row["parameter"]
    return (metric or "").replace("_", " ") or NAMES.get(parameter, "")


def _flips(inputs: Inputs) -> list[str]:
    """The flips likeliest to be passed, the nearest first of equal ones.

    In full those of the key assumptions, those that policy decides and the first few,
    the others in one line.
    Where nothing flips the answer, that is said, and who wins throughout.
    """
    flips = [row for row in inputs["thresholds"] if row["flip_value"] is not None]
    if not flips:
        gains = [row["difference_base"] for row in inputs["tornado"][:1]]
        wins = ["expansion wins" if gain > 0 else "new logos win" for gain in gains]
        return [
            "no parameter flips the answer, each followed from a quarter to four times "
            "of what we assume and as far as its draws reach: "
            f"{wins[0] if wins else 'the same side wins'} throughout {_weakest(inputs)}"
        ]
    flips.sort(
        key=lambda row: (
            -row["probability_beyond_flip"],
            abs(row["distance_rate"]),
            row["parameter"],
        )
    )
    lines, also = [], []
    for place, row in enumerate(flips):
        known = _parameter(inputs, row["parameter"])
        flip, now = (
            f"{_figure(row[name], known)}{_as_decided(row, row[name], known)}"
            for name in ("flip_value", "base")
        )
        name = NAMES[row["parameter"]]
        is_key = row["parameter"] in inputs["critical"] or known.get("policy_key")
        if place < N_NEAREST or is_key:
            lines.append(
                f"{name}: expansion wins {row['direction']} {flip}, now {now}, "
                f"{_chance(row['probability_beyond_flip'])} likely to be beyond "
                f"{_grade(known)}"
            )
        else:
            also.append(f"{name} {row['direction']} {flip}, now {now} {_grade(known)}")
    if also:
        lines.append(f"expansion also wins: {'; '.join(also)}")
    flipping = {row["parameter"] for row in flips}
    still = {row["parameter"] for row in inputs["thresholds"]} - flipping
    if still:
        names = ", ".join(NAMES[name] for name in sorted(still))
        lines.append(f"at no value tried: {names}")
    return lines


def _as_decided(flip: Inputs, value: float, known: Inputs) -> str:
    """What policy would have to say for a number to have this value."""
    told = DECIDED.get(known.get("policy_key"))
    if not told or not flip["base"]:
        return ""
    return f" ({told.format(known['policy_value'] * value / flip['base'])})"


def _stops(inputs: Inputs) -> list[str]:
    """The conditions of the option recommended."""
    chosen = _chosen(inputs) or {}
    told = [chosen.get(name) for name in ("stage_gate", "stop_condition")]
    texts = dict.fromkeys(text.removesuffix(".") for text in told if text)
    return [f"{text} {_weakest(inputs)}" for text in texts]


def _missing(inputs: Inputs) -> list[dict[str, str]]:
    """What did not pass, who can supply it and by when."""
    return [
        {
            "check": row["check_name"].replace("_", " "),
            "state": row["state"],
            "rows": _graded(row["failing_rows"] or "", inputs),
            "who": _person(inputs, row["supplied_by"]),
            "by": row["supply_by"],
        }
        for row in _by(inputs["checks"], "check_name")
        if row["state"] != "passed"
    ]


def _chosen(inputs: Inputs) -> Inputs | None:
    wanted = inputs["recommended_option"]
    return next((row for row in inputs["scores"] if row["option_id"] == wanted), None)


def _estimates(inputs: Inputs) -> dict[str, float]:
    rows = inputs["assumptions"]
    return {
        row["parameter"]: row["estimate"] for row in rows if row["estimate"] is not None
    }


def _parameter(inputs: Inputs, name: str) -> Inputs:
    rows = inputs["assumptions"]
    return next((row for row in rows if row["parameter"] == name), {})


def _person(inputs: Inputs, user_id: str | None) -> str:
    return inputs["people"].get(user_id) or user_id or "nobody"


def _grade(row: Inputs) -> str:
    return f"[{row.get('evidence_grade') or '?'}]"


def _weakest(inputs: Inputs) -> str:
    """The grade of what follows from all: the weakest of the key assumptions."""
    key = _key_rows(inputs)
    return _grade(max(key, key=_rank)) if key else "[?]"


def _graded(text: str, inputs: Inputs) -> str:
    """A text of a check, with the grade of the numbers in it."""
    return f"{text} {_weakest(inputs)}" if NUMBER.search(text) else text


def _chance(value: float) -> str:
    """Percent; what is not quite none or all of the draws is not said to be."""
    if 0 < value < 0.01:
        return "<1%"
    return ">99%" if 0.99 < value < 1 else f"{value:.0%}"


def _rank(row: Inputs) -> int:
    return "ABCD?".index(row["evidence_grade"] or "?")


def _money(value: float, inputs: Inputs) -> str:
    return f"{value:,.0f} {inputs['currency']}"


def _amount(value: float, row: Inputs) -> str:
    """A number of a parameter with its unit."""
    unit = row.get("unit") or ""
    if unit.startswith("rate"):
        return _figure(value, row)
    return f"{_figure(value, row)} {unit.removeprefix('cost ')}".strip()


def _figure(value: float, row: Inputs) -> str:
    """Of a rate percent, else three or more digits that count, never an exponent."""
    if (row.get("unit") or "").startswith("rate"):
        return f"{value:.1%}"
    size = abs(value)
    places = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 3
    return f"{value:,.{places}f}"


def _by(rows: list[Inputs], *names: str) -> list[Inputs]:
    return sorted(rows, key=lambda row: tuple(row[name] for name in names))
