"""What plays do on the demo company, against what its generator planted."""

from typing import Any

import duckdb
import pytest

from orchestration.settings import PROJECT
from tests.python.compiled_build import read_csv_rows, read_mart

# seeds/README.md: the mean over 300 companies drawn with other seeds.
PLANTED = {"expanded": 0.186, "expansion_arr": 2180}

Effect = dict[str, Any]

# What a dashboard would show: accounts the play was surfaced to against account-months
# it was not, with the bounds the play's own measurement uses.
NAIVE = """
    with cases as (
        select
            outcomes.account_id,
            runs.account_id is not null as is_surfaced,
            cast(outcomes.is_expanded as integer) as expanded
        from intermediate.int_outcomes_met_by_account_months as outcomes
        left join (
            select distinct account_id, month_number
            from intermediate.int_play_runs_matched_to_outcomes
            where play = 'cross_sell' and is_offered
        ) as runs using (account_id, month_number)
        where outcomes.is_mature
    ),
    effects as (
        select
            draw,
            sum(weight * expanded) filter (where is_surfaced)
            / sum(weight) filter (where is_surfaced)
            - sum(weight * expanded) filter (where not is_surfaced)
            / sum(weight) filter (where not is_surfaced) as effect
        from cases
        inner join intermediate.int_accounts_drawn_for_bootstrap using (account_id)
        group by draw
    )
    select quantile_cont(effect, 0.025), quantile_cont(effect, 0.975) from effects
"""


@pytest.fixture(scope="module")
def effects(demo: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], Effect]:
    """The rows of play_effectiveness by play and measure."""
    rows = read_mart(demo, "play_effectiveness")
    return {(row["play"], row["measure"]): row for row in rows}


@pytest.mark.parametrize("measure", PLANTED)
def test_the_real_plays_effect_is_found(
    measure: str, effects: dict[tuple[str, str], Effect]
) -> None:
    effect = effects["seat_expansion", measure]
    assert 0 < effect["effect_low"] < PLANTED[measure] < effect["effect_high"]
    assert (effect["design"], effect["verdict"]) == ("randomised holdout", "works")
    assert effect["n_offered"] + effect["n_held_out"] == 304


@pytest.mark.parametrize("measure", PLANTED)
def test_the_empty_play_is_not_credited(
    measure: str, effects: dict[tuple[str, str], Effect]
) -> None:
    effect = effects["cross_sell", measure]
    assert effect["effect_low"] < 0 < effect["effect_high"]
    assert effect["verdict"] in ("no evidence of an effect", "underpowered")
    assert effect["cost_per_incremental_arr"] is None


def test_surfaced_against_not_surfaced_would_credit_the_empty_play(
    demo: duckdb.DuckDBPyConnection,
) -> None:
    [(low, high)] = demo.execute(NAIVE).fetchall()
    assert 0.2 < low < high


def test_every_play_of_the_seed_has_a_verdict_and_a_template(
    effects: dict[tuple[str, str], Effect],
) -> None:
    policy = PROJECT / "seeds" / "policy"
    plays = {row["play"] for row in read_csv_rows(policy / "plays.csv")}
    templates = read_csv_rows(policy / "outreach_templates.csv")
    assert {play for play, _ in effects} == plays
    assert {template["play"] for template in templates} == plays
