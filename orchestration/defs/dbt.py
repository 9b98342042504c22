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

from orchestration.defs.freshness import BUILT_DAILY
from orchestration.settings import PROJECT
from orchestration.summary import RUN_RESULTS, failed
from orchestration.warehouse import OneWriter

# The dbt of this environment, whether or not the environment is on the path.
DBT = str(Path(sys.executable).with_name("dbt"))

project = DbtProject(project_dir=PROJECT, profiles_dir=PROJECT)
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
    command = ["build", "--exclude-resource-type", "unit_test"]
    RUN_RESULTS.unlink(missing_ok=True)
    invocation = dbt.cli(
        command, context=context, target_path=project.target_path, raise_on_error=False
    )
    yield from invocation.stream()
    if error := invocation.get_error():
        wrong = failed()
        if not wrong:
            raise error
        # What fails on its data fails again; what kept dbt from running may pass.
        raise dg.Failure(f"dbt failed at {', '.join(wrong)}", allow_retries=False)


def raw_tables() -> list[dg.AssetSpec]:
    """What the source systems hand over, as the manifest names it."""
    sources = json.loads(project.manifest_path.read_text(encoding="utf-8"))["sources"]
    return [
        dg.AssetSpec(["raw", source["name"]], group_name="raw")
        for source in sources.values()
        if source["source_name"] == "raw"
    ]
