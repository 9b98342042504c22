"""Every signal and guard of the library is measured, stacked and shown."""

import re

from orchestration.settings import PROJECT
from tests.python.compiled_build import Node, read_csv_rows


def seed_names(seed: str, column: str) -> set[str]:
    """The names of a seed's rows."""
    return {row[column] for row in read_csv_rows(PROJECT / f"seeds/policy/{seed}.csv")}


def names_in(nodes: list[Node], model: str, pattern: str) -> set[str]:
    """What the first group of a pattern finds in a model's compiled SQL."""
    [sql] = [node.sql for node in nodes if node.name == model]
    return set(re.findall(pattern, sql))


def test_every_signal_of_the_seed_is_measured_and_stacked(nodes: list[Node]) -> None:
    models = {
        found.group(1)
        for node in nodes
        if (found := re.fullmatch(r"int_signal_(\w+)_measured", node.name))
    }
    stacked = names_in(nodes, "int_signals_stacked", r"int_signal_(\w+)_measured")
    assert models == stacked == seed_names("signals", "signal")


def test_every_signal_model_names_the_signal_it_measures(nodes: list[Node]) -> None:
    for signal in seed_names("signals", "signal"):
        model = f"int_signal_{signal}_measured"
        assert names_in(nodes, model, r"signal = '(\w+)'") == {signal}


def test_every_signal_of_the_seed_has_a_flag(nodes: list[Node]) -> None:
    flags = names_in(nodes, "account_signal_flags", r"\bas is_(\w+)")
    assert flags - {"ready", "churn_risk"} == seed_names("signals", "signal")


def test_every_guard_of_the_seed_is_stacked(nodes: list[Node]) -> None:
    stacked = names_in(nodes, "int_guards_stacked", r"'(\w+)' as guard")
    assert stacked == seed_names("signal_guards", "guard")
