"""A page for each metric, signal, play and trigger, from what defines it.

What a page says comes from the seeds, the descriptions of the tables and the warehouse;
nothing is written twice. The same input gives the same bytes.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt

from decisions.triggers import RULES
from reports.file_names import file_name

Row = Mapping[str, Any]

# A browser asks no other host, whatever a page holds.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
MODEL = "lineage.html#!/model/model.expansion_playbook."
NOT_BUILT = "Not in the warehouse yet."
# Where signals, plays and triggers are shown: table and column.
PLACES = {
    "signals": (
        ("account_signals", "signal"),
        ("account_signal_flags", "is_{signal}"),
        ("signal_backtest", "signal"),
        ("expansion_queue", "signals"),
    ),
    "plays": (
        ("expansion_queue", "play"),
        ("play_effectiveness", "play"),
        ("account_signals", "play"),
        ("propensity_scores", "play"),
    ),
    "triggers": (
        ("review_triggers", "trigger_id"),
        ("review_trigger_events", "trigger_id"),
    ),
}


@dataclass(frozen=True)
class Table:
    """A table people read: its columns' descriptions, and the doc blocks they quote."""

    is_model: bool
    columns: Mapping[str, str]
    blocks: Mapping[str, list[str]]


@dataclass(frozen=True)
class Known:
    """What pages are made of; `facts` are rows of the warehouse by what they are about.

    A fact that the warehouse does not have is a list without rows.
    """

    seeds: Mapping[str, list[Row]]
    tables: Mapping[str, Table]
    words: Mapping[str, str]
    facts: Mapping[str, list[Row]]
    as_of: str
    currency: str
    # Why figures are not to be relied on, such as a failed build.
    doubt: str = ""


@dataclass(frozen=True)
class Page:
    """A page before it is HTML: its path, what the index says of it, and its text."""

    kind: str
    path: str
    title: str
    summary: str
    now: str
    markdown: str


def site(known: Known) -> dict[str, str]:
    """The HTML of every page by its path, the index among them."""
    pages = [
        make(known, row) for seed, make in MAKERS.items() for row in known.seeds[seed]
    ]
    kinds = {
        kind: [page for page in pages if page.kind == kind]
        for kind in dict.fromkeys(page.kind for page in pages)
    }
    index = TEMPLATES.get_template("index.md.j2").render(kinds=kinds)
    texts = {page.path: _html(page.title, page.markdown, known) for page in pages}
    return {"index.html": _html("Definitions", index, known, root="")} | texts


def _metric(known: Known, row: Row) -> Page:
    metric_id = row["metric_id"]
    triggers = [
        f"{_link('triggers', rule['trigger_id'])}: {words(rule['rule'])}"
        for rule in known.seeds["trigger_rules"]
        if rule["metric"] == metric_id
    ]
    decisions = [
        decision
        for decision in known.seeds["decisions"]
        if metric_id in decision["success_metrics"].split()
    ]
    now = _value(known, row)
    context = {
        "words": known.words.get(re.sub(r"_\d+m$", "", metric_id))
        or known.words.get(metric_id),
        "places": _places(known, _shown(known, row)),
        "backtests": _measured(known, metric_id),
        "triggers": triggers,
        "decisions": decisions,
        "now": now,
    }
    return _page(
        "metrics", metric_id, row["metric_name"], row["definition"], context, row
    )


def _signal(known: Known, row: Row) -> Page:
    signal = row["signal"]
    found = _facts(known, "backtests", "signal", signal)
    openings = _rows(known.seeds["outreach_openings"], "signal", signal)
    context = {
        "title": sentence(signal),
        "play_link": _link("plays", row["play"]),
        "opening": openings[0]["opening"] if openings else "",
        "guards": known.seeds["signal_guards"],
        "backtest": [_backtest(fact) for fact in found],
        "now": _fired(_facts(known, "fired", "signal", signal)),
        "places": _places(known, _filled("signals", row)),
    }
    verdict = found[0]["verdict"] if found else ""
    return _page(
        "signals", signal, context["title"], row["condition"], context, row, verdict
    )


def _play(known: Known, row: Row) -> Page:
    play = row["play"]
    found = _facts(known, "effects", "play", play)
    context = {
        "cost": money(row["cost_per_run"], known.currency),
        "signals": [
            f"{_link('signals', signal['signal'])}: {signal['condition']}"
            for signal in _rows(known.seeds["signals"], "play", play)
        ],
        "effects": [_effect(fact, known.currency) for fact in found],
        "now": _ready(_facts(known, "ready", "play", play), known.currency),
        "places": _places(known, _filled("plays", row)),
    }
    verdict = "; ".join(f"{fact['measure']}: {fact['verdict']}" for fact in found)
    return _page(
        "plays", play, row["play_name"], row["proposes"], context, row, words(verdict)
    )


def _trigger(known: Known, row: Row) -> Page:
    trigger_id = row["trigger_id"]
    decision = _rows(known.seeds["decisions"], "decision_id", row["decision_id"])[0]
    people = {user["user_id"]: user["user_name"] for user in known.facts["users"]}
    watched = [f"`{row[name]}`" for name in ("metric", "parameter") if row[name]]
    defined = {metric["metric_id"] for metric in known.seeds["metrics"]}
    if row["metric"] in defined:
        watched[0] = _link("metrics", row["metric"])
    subject = row["metric"] or row["parameter"]
    found = _facts(known, "triggers", "trigger_id", trigger_id)
    title = f"{trigger_id}: {words(row['rule'])}"
    context = {
        "title": f"{title}, {words(subject)}" if subject else title,
        "meaning": re.sub(r"^\(\w\) ", "", RULES[row["rule"]].__doc__ or ""),
        "question": decision["question"],
        "watched": " against the flip of ".join(watched) or "the decision itself",
        "acts": _person(people, row["owner_user_id"]),
        "escalates": _person(people, row["escalation_user_id"]),
        "now": _state(found[0]) if found else NOT_BUILT,
        "places": _places(known, _filled("triggers", row)),
    }
    state = found[0]["state"] if found else ""
    return _page(
        "triggers",
        trigger_id,
        context["title"],
        row["action"],
        context,
        row,
        words(state),
    )


MAKERS: dict[str, Callable[[Known, Row], Page]] = {
    "metrics": _metric,
    "signals": _signal,
    "plays": _play,
    "trigger_rules": _trigger,
}


def _page(
    kind: str,
    name: str,
    title: str,
    summary: str,
    context: Row,
    row: Row,
    now: str | None = None,
) -> Page:
    template = TEMPLATES.get_template(f"{kind.removesuffix('s')}.md.j2")
    return Page(
        kind=kind.capitalize(),
        path=f"{kind}/{file_name(name)}.html",
        title=title,
        summary=summary,
        now=context["now"] if now is None else now,
        markdown=template.render(dict(row) | dict(context)),
    )


def _html(title: str, markdown: str, known: Known, root: str = "../") -> str:
    return TEMPLATES.get_template("page.html.j2").render(
        title=title.replace("<", "&lt;"),
        body=MARKDOWN.render(markdown).strip(),
        policy=POLICY,
        root=root,
        as_of=known.as_of,
        doubt=html.escape(known.doubt),
    )


def _shown(known: Known, row: Row) -> list[tuple[str, str]]:
    """Where the seed says, then every column named for the metric or defined by it."""
    metric_id, mart = row["metric_id"], row["mart"]
    columns = [
        (name, column)
        for name, table in known.tables.items()
        for column in table.columns
        if column == metric_id or metric_id in table.blocks.get(column, [])
    ]
    return list(dict.fromkeys([(mart, row["column_name"]), *sorted(columns)]))


def _filled(kind: str, row: Row) -> list[tuple[str, str]]:
    return [(table, column.format(**row)) for table, column in PLACES[kind]]


def _places(known: Known, places: list[tuple[str, str]]) -> list[Row]:
    rows = []
    for name, column in places:
        table = known.tables[name]
        described = table.columns.get(column, "as said, from its columns")
        link = f"[{name}](../{MODEL}{name})" if table.is_model else f"`{name}`"
        flat = " ".join(described.split())
        rows.append({"table": link, "column": f"`{column}`", "description": flat})
    return rows


def _value(known: Known, row: Row) -> str:
    found = _facts(known, "values", "metric_id", row["metric_id"])
    if not found or found[0]["value"] is None:
        return f"No single number for the company: see `{row['mart']}`."
    fact = found[0]
    text = shown(fact["value"], row["unit"], known.currency)
    if fact.get("denominator") is not None:
        parts = (f"{fact[name]:,}" for name in ("numerator", "denominator"))
        text += f" ({' / '.join(parts)})"
    text += f", whole company, {fact['month']}"
    return text + _unknown_loss(fact)


def _unknown_loss(fact: Row) -> str:
    """What of a retention reads as lost, and only is not known."""
    n_accounts = fact.get("n_unknown_accounts")
    if not n_accounts:
        return ""
    whose = "1 account is" if n_accounts == 1 else f"{n_accounts:,} accounts is"
    amount = f"{fact['unknown_arr']:,}"
    return f"; of the loss {amount} of {whose} not known, as rows were refused"


def _measured(known: Known, metric_id: str) -> list[str]:
    """What metrics of signals and plays are, signal by signal and play by play."""
    if metric_id == "play_effect":
        return [
            f"{_link('plays', fact['play'])}: {_effect(fact, known.currency)}"
            for fact in known.facts["effects"]
        ]
    if metric_id.startswith("signal_"):
        return [
            f"{_link('signals', fact['signal'])}: {_backtest(fact)}"
            for fact in known.facts["backtests"]
        ]
    return []


def _backtest(fact: Row) -> str:
    if fact["precision_rate"] is None:
        return f"**{fact['verdict']}**: fired {fact['n_fired']:,} times"
    text = (
        f"**{fact['verdict']}**: {fact['n_hits']:,} of {fact['n_fired']:,} fires were "
        f"followed by expansion, {rate(fact['precision_rate'])} "
        f"({rate(fact['precision_low'])} to {rate(fact['precision_high'])}), against "
        f"{rate(fact['base_rate'])} anyway"
    )
    if fact["lift_low"] is None:
        return text
    return text + (
        f"; lift {fact['lift']:.2f} ({fact['lift_low']:.2f} to {fact['lift_high']:.2f})"
    )


def _effect(fact: Row, currency: str) -> str:
    text = f"{words(fact['measure'])}: **{fact['verdict']}**"
    if fact["effect"] is None:
        return text
    bounds = (fact["effect"], fact["effect_low"], fact["effect_high"])
    if fact["measure"] == "expanded":
        effect, low, high = (f"{100 * float(bound):+.1f}" for bound in bounds)
        unit = " points"
    else:
        effect, low, high = (f"{float(bound):+,.2f}" for bound in bounds)
        unit = f" {currency} of ARR a run"
    return (
        f"{text}, {effect}{unit} ({low} to {high}), grade {fact['evidence_grade']}, "
        f"{fact['design']}, {fact['n_offered']:,} offered, {fact['n_held_out']:,} not"
    )


def _fired(found: list[Row]) -> str:
    if not found:
        return NOT_BUILT
    fired, held = found[0]["n_fired"], found[0]["n_suppressed"]
    return f"Fires for {fired:,} accounts, {held:,} of them held back by a guard."


def _ready(found: list[Row], currency: str) -> str:
    if not found:
        return "Ready for no account."
    fact = found[0]
    worth = money(fact["expected_arr"] or 0, currency)
    held_out = f"{fact['n_held_out']:,} held out"
    return f"Ready for {fact['n_ready']:,} accounts, worth {worth}; {held_out}."


def _state(fact: Row) -> str:
    text = f"**{words(fact['state'])}** since {fact['since']}: {fact['because']}."
    return f"{text} Due on {fact['due_on']}." if fact["due_on"] else text


def _person(people: Row, user_id: str) -> str:
    if not user_id:
        return "nobody"
    return f"{people[user_id]} ({user_id})" if user_id in people else user_id


def _link(kind: str, name: str) -> str:
    return f"[{words(name)}](../{kind}/{file_name(name)}.html)"


def _rows(rows: list[Row], name: str, value: str) -> list[Row]:
    return [row for row in rows if row[name] == value]


def _facts(known: Known, fact: str, name: str, value: str) -> list[Row]:
    return _rows(known.facts[fact], name, value)


def words(name: str) -> str:
    """A name as words."""
    return name.replace("_", " ")


def sentence(name: str) -> str:
    """A name as a heading."""
    return words(name).capitalize()


def rate(value: Any) -> str:
    """A fraction in per cent."""
    return f"{100 * float(value):.1f} %"


def money(value: Any, currency: str) -> str:
    """An amount with its currency, to the cent."""
    return f"{Decimal(str(value)):,.2f} {currency}"


def shown(value: Any, unit: str, currency: str) -> str:
    """A value of a metric as people read it."""
    if unit == "money":
        return money(value, currency)
    return rate(value) if unit == "rate" else f"{value:,}"


TEMPLATES = Environment(
    loader=PackageLoader("reports"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,
)
TEMPLATES.filters |= {
    "words": words,
    "cell": lambda text: text.replace("|", "\\|"),
    "lower_first": lambda text: text[:1].lower() + text[1:],
}
# Text of a seed is text: no tag in it is one of the page.
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
