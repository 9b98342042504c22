"""dbt's seeds, models and data tests as assets and asset checks, grouped by layer."""

import json
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)
from dbt.version import __version__ as dbt_version
from packaging.version import Version

from orchestration import last_build
from orchestration.defs.freshness import BUILT_DAILY
from orchestration.settings import PROJECT, settings
from orchestration.summary import failures, results_file, run_results, told_result
from orchestration.warehouse import OneWriter

# The dbt of this environment, whether or not the environment is on the path.
DBT = str(Path(sys.executable).with_name("dbt"))

# Each warehouse has what dbt says of it beside it: two builds do not read each other's.
project = DbtProject(
    project_dir=PROJECT, profiles_dir=PROJECT, target_path=settings().artifacts
)
project.prepare_if_dev()


class Dbt(OneWriter, DbtCliResource):
    """dbt as installed here; its version is known without starting it."""

    @cached_property
    def _cli_version(self) -> Version:
        return Version(dbt_version)


class ByLayer(DagsterDbtTranslator):
    """Groups assets by the folder they live in; what people hand over is raw."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        kind = dbt_resource_props["resource_type"]
        if kind == "snapshot":
            return "ledger"
        return dbt_resource_props["fqn"][1] if kind == "model" else "raw"

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        is_mart = spec.group_name == "marts"
        return (
            spec.replace_attributes(freshness_policy=BUILT_DAILY) if is_mart else spec
        )


@dbt_assets(manifest=project.manifest_path, dagster_dbt_translator=ByLayer())
def tables(context: dg.AssetExecutionContext, dbt: Dbt) -> Iterator[Any]:
    """Every table of the warehouse, built and tested in one dbt run."""
    # Unit tests are of the code, not of the data: `make test` runs them.
    run = settings()
    command = ["build", "--exclude-resource-type", "unit_test"]
    results_file(run).unlink(missing_ok=True)
    last_build.begin(run)
    invocation = dbt.cli(
        command, context=context, target_path=project.target_path, raise_on_error=False
    )
    # A check that fails is told once dbt has said why.
    held = []
    for event in invocation.stream():
        if isinstance(event, dg.AssetCheckResult) and not event.passed:
            held.append(event)
        else:
            yield event
    told = {result["unique_id"]: told_result(result) for result in run_results(run)}
    yield from (_in_words(check, told) for check in held)
    if error := invocation.get_error():
        wrong = failures(run)
        if not wrong:
            raise error
        last_build.end(run, wrong)
        # What fails on its data fails again; what kept dbt from running may pass.
        raise dg.Failure(f"dbt failed at {', '.join(wrong)}", allow_retries=False)


def _in_words(
    check: dg.AssetCheckResult, told: Mapping[str, str]
) -> dg.AssetCheckResult:
    """A check that failed, with its table, its rule and rows that break it."""
    unique_id = check.metadata["unique_id"].value
    return dg.AssetCheckResult(
        passed=check.passed,
        asset_key=check.asset_key,
        check_name=check.check_name,
        metadata=check.metadata,
        severity=check.severity,
        description=told.get(str(unique_id)),
    )


def raw_tables() -> list[dg.AssetSpec]:
    """What the source systems hand over, as the manifest names it."""
    sources = json.loads(project.manifest_path.read_text(encoding="utf-8"))["sources"]
    return [
        dg.AssetSpec(["raw", source["name"]], group_name="raw")
        for source in sources.values()
        if source["source_name"] == "raw"
    ]
