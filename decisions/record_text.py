"""What the record of a decision says, in sentences, from its inputs."""

from typing import Any

Inputs = dict[str, Any]

# The twelve fields of a decision, in the order they are read.
FIELDS = (
    *("objective", "scope_and_horizon", "success_metrics", "key_assumptions"),
    *("options", "scenario_ranges", "trade_off", "risks_and_mitigations"),
    *("decision_criteria", "recommendation", "owner_and_timeline", "review_triggers"),
)
KINDS = {
    "facts": "fact",
    "assumptions": "assumption",
    "open_questions": "open_question",
}
N_NEAREST = 4
N_RISKS = 3


def page(inputs: Inputs, version: int, changes: str) -> dict[str, Any]:
    """What the templates show: the frame, twelve fields, and what stands apart.

    Where the decision is not ready, nothing is valued and nothing recommended: only
    what is missing, who can supply it and by when.
    """
    is_ready = inputs["verdict"] != "not_ready"
    apart = {name: _known(inputs, kind) for name, kind in KINDS.items()}
    valued = {
        "scenario_ranges": _ranges(inputs),
        "trade_off": _trade_off(inputs),
        "risks_and_mitigations": _risks(inputs),
        "recommendation": _recommendation(inputs),
    }
    fields = {
        "objective": [inputs["decision"]["objective"]],
        "scope_and_horizon": _scope(inputs),
        "success_metrics": _metrics(inputs),
        "key_assumptions": _key_assumptions(inputs),
        "options": _options(inputs, is_ready),
        "decision_criteria": _criteria(inputs),
        "owner_and_timeline": _owner(inputs),
        "review_triggers": _triggers(inputs),
    } | (valued if is_ready else {name: [] for name in valued})
    apart |= {
        "what_would_change_our_mind": _flips(inputs) if is_ready else [],
        "stop_conditions": _stops(inputs) if is_ready else [],
        "escalation": [_person(inputs, inputs["decision"]["escalation_user_id"])],
    }
    return {
        "question": inputs["decision"]["question"],
        "decision_id": inputs["decision"]["decision_id"],
        "version": version,
        "as_of": inputs["as_of"],
        "verdict": inputs["verdict"].replace("_", " "),
        "is_ready": is_ready,
        "missing": _missing(inputs),
        "what_changed": changes,
        "fields": {name: fields[name] for name in FIELDS},
        "apart": apart,
    }


def _scope(inputs: Inputs) -> list[str]:
    decision = inputs["decision"]
    where = "the company"
    if decision["scope_type"] != "company":
        where = f"{decision['scope_type']} {decision['scope_value']}"
    return [
        f"{where}, {decision['horizon_months']} months from {inputs['as_of']}",
        f"a difference of {_money(decision['materiality'], inputs)} matters",
    ]


def _metrics(inputs: Inputs) -> list[str]:
    """Each metric as it is locked, with where it stands and what others reach."""
    baselines = {row["metric_id"]: row for row in inputs["baselines"]}
    bars = [
        (row["benchmark"], row)
        for row in sorted(inputs["benchmarks"], key=lambda row: row["benchmark"])
    ]
    lines = []
    for row in sorted(inputs["definitions"], key=lambda row: row["metric_id"]):
        text = f"{row['metric_name']} ({row['policy_version']}): {row['definition']}"
        base = baselines.get(row["metric_id"])
        if base and base["value"] is not None:
            text += f". Now {base['value']:.1%} of {base['denominator']:,.0f} (fact)"
        else:
            text += ". Now unknown"
        for name, bar in bars:
            if name.startswith(row["metric_id"].removesuffix("_12m")):
                read = "" if bar["is_read_first_hand"] else ", not read first-hand"
                text += f"; {name.split('_')[-1]} {bar['value']:.0%} "
                text += f"({bar['source']} {bar['year']}{read})"
        lines.append(text)
    return lines


def _known(inputs: Inputs, kind: str) -> list[str]:
    return [
        _assumption(row)
        for row in sorted(inputs["assumptions"], key=lambda row: row["parameter"])
        if row["kind"] == kind
    ]


def _assumption(row: Inputs) -> str:
    text = f"{row['parameter']}: {_grade(row)}"
    if row["estimate"] is not None:
        text = f"{row['parameter']} {_number(row['estimate'])}"
        if row["p10"] is not None and row["p10"] != row["p90"]:
            text += f" ({_number(row['p10'])} to {_number(row['p90'])})"
        text += f" {row['unit']}, {_grade(row)}"
    if row["n"]:
        text += f", n {row['n']:,.0f}"
    text += f", {row['source_table']}, {row['owner'] or 'no owner'}"
    return text + (f", good until {row['stale_on']}" if row["stale_on"] else "")


def _key_assumptions(inputs: Inputs) -> list[str]:
    """The parameters the answer hangs on, with what each may move and is worth."""
    swings = {row["parameter"]: row["swing"] for row in inputs["tornado"]}
    worth = {row["parameter"]: row["evppi"] for row in inputs["information"]}
    return [
        f"{row['parameter']}, {_grade(row)}: moves the answer by "
        f"{_money(swings.get(row['parameter'], 0), inputs)}, knowing it is worth "
        f"{_money(worth.get(row['parameter'], 0), inputs)}"
        for row in _key_rows(inputs)
    ]


def _key_rows(inputs: Inputs) -> list[Inputs]:
    """The first by what knowing is worth; where nothing is, by what they may move."""
    swings = {row["parameter"]: row["swing"] for row in inputs["tornado"]}
    worth = {row["parameter"]: row["evppi"] for row in inputs["information"]}
    ranked = sorted(
        (row for row in inputs["assumptions"] if row["parameter"] in worth),
        key=lambda row: (
            -worth[row["parameter"]],
            -swings.get(row["parameter"], 0),
            row["parameter"],
        ),
    )
    return ranked[:N_NEAREST]


def _options(inputs: Inputs, is_ready: bool) -> list[str]:
    scores = {row["option_id"]: row for row in inputs["scores"]}
    lines = []
    for row in sorted(inputs["options"], key=lambda row: row["option_id"]):
        approver = _person(inputs, row["approver_user_id"])
        text = f"{row['option_id']} {row['option_name']}: {row['constraints']}; "
        text += f"approved by {approver}"
        score = scores.get(row["option_id"])
        if score and is_ready:
            text += f". Worth {_money(score['value_mean'], inputs)} "
            text += f"({_money(score['value_p5'], inputs)} in a bad case), best in "
            text += f"{score['probability_best']:.0%} of cases; going back costs "
            text += _money(score["reversal_cost"], inputs)
            text += f"; score {score['criteria_score']:.2f}, {_weakest(inputs)}"
        lines.append(text)
    return lines


def _ranges(inputs: Inputs) -> list[str]:
    return [
        f"{row['option']}: {_money(row['value_mean'], inputs)} "
        f"({_money(row['value_p5'], inputs)} to {_money(row['value_p95'], inputs)}), "
        f"the worst tenth {_money(row['value_cvar_10'], inputs)}, best in "
        f"{row['probability_best']:.0%} of {row['n_draws']:,} draws, {_weakest(inputs)}"
        for row in sorted(inputs["simulation"], key=lambda row: row["option"])
    ]


def _trade_off(inputs: Inputs) -> list[str]:
    ranked = sorted(inputs["scores"], key=lambda row: row["rank"])
    if len(ranked) < 2:
        return []
    best, next_best = ranked[:2]
    gains = {
        "on average": best["value_mean"] - next_best["value_mean"],
        "in a bad case": best["value_p5"] - next_best["value_p5"],
        "to go back": next_best["reversal_cost"] - best["reversal_cost"],
    }
    told = ", ".join(
        f"{_money(abs(gain), inputs)} {'better' if gain >= 0 else 'worse'} {when}"
        for when, gain in gains.items()
    )
    return [f"{best['option_id']} against {next_best['option_id']}: {told}"]


def _risks(inputs: Inputs) -> list[str]:
    """What moves the answer most, with who watches it; then what being wrong costs."""
    watched: dict[str, list[str]] = {}
    for rule in sorted(inputs["rules"], key=lambda row: row["trigger_id"]):
        watched.setdefault(rule["parameter"], []).append(rule["trigger_id"])
    lines = []
    for row in sorted(inputs["tornado"], key=lambda row: row["rank"])[:N_RISKS]:
        turns = "turns the answer" if row["is_sign_changed"] else "keeps the answer"
        by = ", ".join(watched.get(row["parameter"], [])) or "no trigger"
        lines.append(
            f"{row['parameter']} from {_number(row['low'])} to {_number(row['high'])} "
            f"moves expansion against new logos from "
            f"{_money(row['difference_low'], inputs)} to "
            f"{_money(row['difference_high'], inputs)} and {turns}; watched by {by}"
        )
    return lines + [
        f"{row['option_id']} costs {_money(row['expected_regret'], inputs)} of regret "
        f"on average, {_money(row['max_regret'], inputs)} at most"
        for row in inputs["scores"]
        if row["option_id"] == inputs["recommended_option"]
    ]


def _criteria(inputs: Inputs) -> list[str]:
    rows = sorted(
        inputs["criteria"], key=lambda row: (-row["weight"], row["criterion"])
    )
    return [
        f"{row['criterion']} {row['weight']:.0%}, {row['direction']} is better: "
        f"{row['reason']}"
        for row in rows
    ]


def _recommendation(inputs: Inputs) -> list[str]:
    scores = [
        row
        for row in inputs["scores"]
        if row["option_id"] == inputs["recommended_option"]
    ]
    lines = [
        f"{row['option_id']}, {row['option_name']}: {row['share_expansion']:.0%} of "
        f"the budget to expansion; {row['criteria_detail']}; {_weakest(inputs)}"
        for row in scores
    ]
    return lines + [
        f"on condition: {row['failing_rows']}"
        for row in sorted(inputs["checks"], key=lambda row: row["check_name"])
        if row["state"] == "condition"
    ]


def _owner(inputs: Inputs) -> list[str]:
    decision = inputs["decision"]
    owner = _person(inputs, decision["owner_user_id"])
    return [
        f"{owner}; asked on {decision['asked_on']}, to be decided by "
        f"{decision['due_on']}"
    ] + [
        f"{row['review_id']} {row['review_kind'].replace('_', '-')} on {row['due_on']}"
        for row in sorted(inputs["reviews"], key=lambda row: row["due_on"])
        if row["held_on"] is None or row["held_on"] > inputs["as_of"]
    ]


def _triggers(inputs: Inputs) -> list[str]:
    return [
        " ".join(
            filter(
                None,
                (
                    f"{row['trigger_id']} {row['rule'].replace('_', ' ')}",
                    row["metric"] or row["parameter"],
                ),
            )
        )
        + f": {row['action']} within {row['due_days']} days"
        for row in sorted(inputs["rules"], key=lambda row: row["trigger_id"])
    ]


def _flips(inputs: Inputs) -> list[str]:
    """The flips nearest to what we assume, by how likely the truth is beyond them."""
    known = {row["parameter"]: row for row in inputs["assumptions"]}
    flips = [row for row in inputs["thresholds"] if row["flip_value"] is not None]
    flips.sort(key=lambda row: (-row["probability_beyond_flip"], row["parameter"]))
    lines = [
        f"{row['parameter']}: expansion wins {row['direction']} "
        f"{_number(row['flip_value'])}, now {_number(row['base'])} "
        f"({_grade(known.get(row['parameter'], {}))}); "
        f"{row['probability_beyond_flip']:.0%} likely to be beyond"
        for row in flips[:N_NEAREST]
    ]
    return lines or ["no parameter from a quarter to four times of it flips the answer"]


def _stops(inputs: Inputs) -> list[str]:
    """The conditions of the option recommended."""
    chosen = [
        row
        for row in inputs["scores"]
        if row["option_id"] == inputs["recommended_option"]
    ]
    told = [row[name] for row in chosen for name in ("stage_gate", "stop_condition")]
    return list(dict.fromkeys(text for text in told if text))


def _missing(inputs: Inputs) -> list[dict[str, str]]:
    """What did not pass, who can supply it and by when."""
    return [
        {
            "check": row["check_name"].replace("_", " "),
            "state": row["state"],
            "rows": row["failing_rows"] or "",
            "who": _person(inputs, row["supplied_by"]),
            "by": row["supply_by"],
        }
        for row in sorted(inputs["checks"], key=lambda row: row["check_name"])
        if row["state"] != "passed"
    ]


def _person(inputs: Inputs, user_id: str | None) -> str:
    return inputs["people"].get(user_id) or user_id or "nobody"


def _grade(row: Inputs) -> str:
    return f"grade {row.get('evidence_grade') or 'none'}"


def _weakest(inputs: Inputs) -> str:
    """The grade of what follows from all: the weakest of the key assumptions."""
    grades = [row["evidence_grade"] or "none" for row in _key_rows(inputs)]
    return f"grade {max(grades, default='none')}"


def _money(value: float, inputs: Inputs) -> str:
    return f"{value:,.0f} {inputs['currency']}"


def _number(value: float) -> str:
    """Three or more digits that count, never an exponent."""
    size = abs(value)
    places = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 3
    return f"{value:,.{places}f}"
