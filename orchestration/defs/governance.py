"""Who may decide, on what, and what makes people look again, as assets and a sensor."""

import datetime as dt
from typing import Any

import dagster as dg
import pandas as pd

from decisions.contracts import Contract, contracts
from decisions.evidence import graded_benchmarks, graded_counts
from decisions.governance import policy
from decisions.readiness import Evidence, books, readiness, stamped
from decisions.record import Sources, altered, records, stamps
from decisions.reviews import as_held, newly_held
from decisions.reviews import review_calendar as reviewed
from decisions.series import baselines, lags, monthly_series, scoped, scoped_costs
from decisions.triggers import EVENTS, Facts, answered, state_changes, triggered
from orchestration.alerts import AlertError, is_told, send
from orchestration.ledger import append, exported, read, write_pages
from orchestration.settings import settings
from orchestration.warehouse import Warehouse

# Tables by the name under which the functions below know them.
SEEDS = {
    "decisions": "policy.decisions",
    "options": "policy.decision_options",
    "criteria": "policy.decision_criteria",
    "calendar": "policy.review_calendar",
    "rules": "policy.trigger_rules",
    "responses": "policy.trigger_responses",
    "checks": "policy.readiness_checks",
    "limits": "staging.stg_policy__governance_policy",
    "benchmarks": "policy.benchmarks",
    "parameters": "policy.decision_parameters",
    "metric_policy": "staging.stg_policy__metric_policy",
    "users": "staging.stg_crm__users",
}
MARTS = {
    "retention": "marts.retention_months",
    "expansion": "marts.expansion_months",
    "bridge": "marts.arr_bridge_months",
    "costs": "marts.go_to_market_segment_months",
    "books": "marts.reconciliation_summary",
    "definitions": "marts.metric_definitions",
    "sources": "marts.evidence_sources",
    "hierarchy": "intermediate.int_accounts_resolved_to_ultimate",
}
VALUED = {
    "assumptions": "decisions.assumptions",
    "thresholds": "decisions.scenario_thresholds",
    "tornado": "decisions.scenario_tornado",
    "simulation": "decisions.scenario_simulation",
    "information": "decisions.value_of_information",
    "scores": "decisions.option_scores",
}
READ = SEEDS | MARTS | VALUED
RECORDS, TRIGGER_EVENTS = "decision_records", "trigger_events"
HELD_REVIEWS = "held_reviews"


def _keys(*tables: str) -> list[dg.AssetKey]:
    return [dg.AssetKey(table.split(".")) for table in tables]


def _read(warehouse: Warehouse) -> dict[str, pd.DataFrame]:
    return {name: warehouse.read(table) for name, table in READ.items()}


def _as_of(known: dict[str, pd.DataFrame]) -> dt.date:
    return known["metric_policy"]["as_of_date"].iloc[0]


def _text(known: dict[str, pd.DataFrame], name: str) -> str:
    return str(known["metric_policy"][name].iloc[0])


def _series(known: dict[str, pd.DataFrame]) -> pd.DataFrame:
    costs = scoped_costs(known["costs"])
    return monthly_series(known["retention"], costs, lags(known["assumptions"]))


def _stamps(known: dict[str, pd.DataFrame]) -> dict[str, str]:
    version = _text(known, "policy_version")
    return stamps(version, known["definitions"], known["hierarchy"])


def events_contract() -> Contract:
    """A change of state without what was done about it, which comes later."""
    contract = contracts()["review_trigger_events"]
    types = {name: contract.types[name] for name in EVENTS}
    return Contract(types, contract.required, contract.key)


def _past_records() -> pd.DataFrame:
    return read(RECORDS, contracts()["decision_record"])


@dg.asset(key_prefix="decisions", group_name="decisions", deps=_keys(*READ.values()))
def decision_readiness(warehouse: Warehouse) -> None:
    """Is anyone entitled to decide, and if not, who can supply what is missing."""
    known = _read(warehouse)
    scores = stamped(
        known["scores"],
        known["assumptions"],
        _as_of(known),
        _text(known, "policy_version"),
        _text(known, "reporting_currency"),
    )
    evidence = Evidence(
        options=known["options"],
        users=known["users"],
        assumptions=known["assumptions"],
        information=known["information"],
        tornado=known["tornado"],
        scores=scores,
        series=_series(known),
        rules=known["rules"],
        books=books(known["books"]),
    )
    table = readiness(
        known["decisions"],
        known["checks"],
        evidence,
        policy(known["limits"]),
        _as_of(known),
    )
    _write(warehouse, "decision_readiness", table)


@dg.asset(key_prefix="decisions", group_name="decisions", deps=_keys(*READ.values()))
def review_triggers(warehouse: Warehouse) -> None:
    """What must be looked at again, against the records of earlier runs."""
    known = _read(warehouse)
    facts = Facts(
        series=_series(known),
        thresholds=known["thresholds"],
        assumptions=known["assumptions"],
        users=known["users"],
        reviews=known["calendar"],
        records=_past_records(),
        balances=scoped(known["bridge"]),
        stamps=_stamps(known),
    )
    table = triggered(
        known["rules"],
        known["decisions"],
        facts,
        policy(known["limits"]),
        _as_of(known),
        read(TRIGGER_EVENTS, events_contract()),
    )
    _write(warehouse, "review_triggers", table)


@dg.asset(key_prefix="decisions", group_name="decisions", deps=[review_triggers])
def review_trigger_events(warehouse: Warehouse) -> None:
    """Every change of state, once, and what was done about it."""
    triggers = warehouse.read("decisions.review_triggers")
    contract = events_contract()
    new = state_changes(triggers, read(TRIGGER_EVENTS, contract))
    append(TRIGGER_EVENTS, new, contract)
    responses = warehouse.read(SEEDS["responses"])
    table = answered(read(TRIGGER_EVENTS, contract), responses)
    _write(warehouse, "review_trigger_events", table)


@dg.asset(
    key_prefix="decisions",
    group_name="decisions",
    # Triggers compare with the records there were before this one.
    deps=[decision_readiness, review_triggers, *_keys(*READ.values())],
)
def decision_record(warehouse: Warehouse) -> None:
    """The page people decide on, a version for each conclusion."""
    known = _read(warehouse)
    graded_by = (known["sources"], known["parameters"], _as_of(known))
    sources = Sources(
        options=known["options"],
        criteria=known["criteria"],
        checks=warehouse.read("decisions.decision_readiness"),
        assumptions=known["assumptions"],
        thresholds=known["thresholds"],
        tornado=known["tornado"],
        simulation=known["simulation"],
        information=known["information"],
        scores=known["scores"],
        rules=known["rules"],
        reviews=known["calendar"],
        definitions=known["definitions"],
        baselines=graded_counts(
            baselines(
                known["retention"], known["expansion"], scoped_costs(known["costs"])
            ),
            *graded_by,
        ),
        benchmarks=graded_benchmarks(known["benchmarks"], *graded_by[1:]),
        users=known["users"],
        balances=scoped(known["bridge"]),
        stamps=_stamps(known),
        currency=_text(known, "reporting_currency"),
        evidence_share=policy(known["limits"]).evidence_share_rate,
    )
    new = records(known["decisions"], sources, _as_of(known), _past_records())
    append(RECORDS, new, contracts()["decision_record"])
    past = _past_records()
    write_pages(past)
    _write(warehouse, "decision_record", past)


@dg.asset(
    key_prefix="decisions",
    group_name="decisions",
    deps=[decision_record, review_triggers, *_keys(*READ.values())],
)
def review_calendar(warehouse: Warehouse) -> None:
    """When decisions are looked at again, and whether what was expected happened."""
    known = _read(warehouse)
    table = reviewed(
        known["calendar"],
        known["decisions"],
        _past_records(),
        known["assumptions"],
        known["tornado"].rename(columns={"difference_base": "gain"}),
        warehouse.read("decisions.review_triggers"),
        policy(known["limits"]),
        _as_of(known),
    )
    contract = contracts()["review_calendar"]
    append(HELD_REVIEWS, newly_held(table, read(HELD_REVIEWS, contract)), contract)
    _write(warehouse, "review_calendar", as_held(table, read(HELD_REVIEWS, contract)))


@dg.asset_check(asset=review_triggers)
def no_trigger_has_fired(warehouse: Warehouse) -> dg.AssetCheckResult:
    """Warns of triggers that have fired, with what they saw."""
    triggers = warehouse.read("decisions.review_triggers")
    fired = triggers[triggers["state"] == "fired"]
    return _warning(dict(zip(fired["trigger_id"], fired["because"], strict=True)))


@dg.asset_check(asset=decision_readiness)
def decisions_are_ready(warehouse: Warehouse) -> dg.AssetCheckResult:
    """Warns of decisions that nobody is entitled to take yet, with what is missing."""
    checks = warehouse.read("decisions.decision_readiness")
    failed = checks[checks["state"] == "failed"]
    names = failed["decision_id"] + " " + failed["check_name"]
    return _warning(dict(zip(names, failed["failing_rows"], strict=True)))


@dg.asset_check(asset=decision_record)
def past_records_are_unaltered(warehouse: Warehouse) -> dg.AssetCheckResult:
    """Warns of records that, made again from their inputs, are not what was written.

    Either they were changed by hand, or the wording was and kept its old name.
    """
    found = altered(warehouse.read("decisions.decision_record"))
    return _warning(dict.fromkeys(found, "not what its inputs give"))


@dg.sensor(minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def alerts(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Tells of each change of state once; the cursor is the last event told."""
    told, last = 0, int(context.cursor or 0)
    events = exported(TRIGGER_EVENTS).to_dict("records")
    for event in sorted(events, key=lambda event: event["event_id"]):
        if event["event_id"] <= last:
            continue
        try:
            if is_told(event):
                send(event, settings())
                told += 1
        except AlertError as error:
            return dg.SkipReason(f"{told} told; {error}")
        context.update_cursor(str(event["event_id"]))
    return dg.SkipReason(f"{told} told")


def _write(warehouse: Warehouse, name: str, table: pd.DataFrame) -> None:
    warehouse.write(f"decisions.{name}", table, contracts()[name])


def _warning(found: dict[str, Any]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=not found, severity=dg.AssetCheckSeverity.WARN, metadata=found
    )
