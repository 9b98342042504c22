"""Whether the books tie, told by Dagster beside each reconciliation."""

import dagster as dg

from orchestration.warehouse import Warehouse

SUMMARY = "marts.reconciliation_summary"
# Reconciliations by the mart that has their rows.
RECONCILED = {
    "reconciliation_billing_months": "billing",
    "reconciliation_ledger_months": "ledger",
    "reconciliation_deals": "deals",
    "reconciliation_reported_metrics": "reported_metrics",
    "reconciliation_source_totals": "source_totals",
}


def _check(mart: str, reconciliation: str) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=dg.AssetKey(["marts", mart]),
        name=f"{reconciliation}_agrees_within_tolerance",
        additional_deps=[dg.AssetKey(SUMMARY.split("."))],
        description="Warns if the last month that can be judged differs.",
    )
    def check(warehouse: Warehouse) -> dg.AssetCheckResult:
        summary = warehouse.read(SUMMARY).set_index("reconciliation")
        state, detail = summary.loc[reconciliation, ["state", "detail"]]
        return dg.AssetCheckResult(
            passed=state != "differs",
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"state": state, "detail": detail},
        )

    return check


books_agree = [_check(*names) for names in RECONCILED.items()]
