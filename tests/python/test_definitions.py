"""Dagster loads, knows every table and check, and no layer reads past its neighbour."""

import json
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration.warehouse import OneWriter

READS = {
    "staging": {"staging", "seed", "source"},
    "intermediate": {"intermediate", "staging", "ledger", "seed"},
    "marts": {"marts", "intermediate", "ledger"},
    "ledger": {"ledger", "marts", "intermediate", "staging"},
}


@pytest.fixture(scope="module")
def manifest(parsed: Path) -> dict[str, Any]:
    """dbt's manifest."""
    return json.loads((parsed / "manifest.json").read_text(encoding="utf-8"))


def test_definitions_resolve_with_jobs_in_process_and_schedules(
    definitions: dg.Definitions,
) -> None:
    dg.Definitions.validate_loadable(definitions)
    for name in ("build_all", "unattended_build", "month_close"):
        job = definitions.resolve_job_def(name)
        assert job.executor_def.name == "in_process"
    scheduled = {schedule.name: schedule.job_name for schedule in definitions.schedules}
    assert scheduled == {"after_close": "month_close", "daily": "unattended_build"}


def test_who_waits_is_not_kept_waiting_and_the_workbook_is_of_the_close(
    definitions: dg.Definitions,
) -> None:
    jobs = ("build_all", "unattended_build", "month_close")
    by_hand, unattended, close = map(definitions.resolve_job_def, jobs)
    retries = [job._op_retry_policy for job in (by_hand, unattended, close)]
    assert retries[0] is None and retries[1] == retries[2]
    assert retries[1].backoff == dg.Backoff.EXPONENTIAL
    steps = [{node.name for node in job.nodes} for job in (by_hand, unattended, close)]
    assert steps[0] == steps[1] == steps[2] - {"reports__workbook"}
    assert {"reports__workbook", "sources_arrive_in_time"} <= steps[2]


def test_every_table_is_an_asset_in_a_group_named_for_its_layer(
    definitions: dg.Definitions, manifest: dict[str, Any]
) -> None:
    graph = definitions.resolve_asset_graph()
    groups = {
        tuple(key.path): graph.get(key).group_name for key in graph.get_all_asset_keys()
    }
    models = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed", "snapshot")
    ]
    for node in models:
        layers = {"model": node["fqn"][1], "seed": "raw", "snapshot": "ledger"}
        assert groups[node["schema"], node["name"]] == layers[node["resource_type"]]
    for source in manifest["sources"].values():
        assert groups[source["source_name"], source["name"]] == source["source_name"]
    assert set(groups.values()) == {*READS, "raw", "decisions", "published", "reports"}


def test_the_snapshot_comes_after_every_table(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    snapshot = dg.AssetKey(["published", "snapshot"])
    after = graph.get(snapshot).parent_keys
    workbook = dg.AssetKey(["reports", "workbook"])
    assert after == set(graph.executable_asset_keys) - {snapshot, workbook}


def test_a_run_is_the_only_writer_of_the_warehouse(definitions: dg.Definitions) -> None:
    assert definitions.executor is dg.in_process_executor
    resources = (definitions.resources or {}).values()
    assert all(isinstance(resource, OneWriter) for resource in resources)


def test_every_data_test_is_an_asset_check(
    definitions: dg.Definitions, manifest: dict[str, Any]
) -> None:
    checks = {key.name for key in definitions.resolve_asset_graph().asset_check_keys}
    tests = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
    }
    assert tests
    assert tests - checks == set()


def test_no_layer_reads_past_its_neighbour(manifest: dict[str, Any]) -> None:
    def layer(unique_id: str) -> str:
        node = manifest["nodes"].get(unique_id)
        if node is None:
            return "source"
        return "seed" if node["resource_type"] == "seed" else node["fqn"][1]

    reads_too_far = [
        f"{node['name']} reads {parent}"
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        for parent in node["depends_on"]["nodes"]
        if layer(parent) not in READS[node["fqn"][1]]
    ]
    assert reads_too_far == []


def test_every_model_says_what_one_row_is(manifest: dict[str, Any]) -> None:
    silent = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and not node["description"].startswith(("One row per", "One row:", "One row,"))
    ]
    assert silent == []


def test_every_mart_column_is_promised_and_described(manifest: dict[str, Any]) -> None:
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["fqn"][1] == "marts":
            assert node["config"]["contract"]["enforced"], node["name"]
            for column in node["columns"].values():
                assert column["description"] and column["data_type"], column["name"]
