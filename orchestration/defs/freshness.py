"""Is what people read of today, and is what it rests on.

Two clocks: Dagster's says when a table was last built; the as-of date of the data says
how old the newest row of a source is. A build every morning of a file that nobody has
sent for a month is fresh by the first and late by the second.
"""

import datetime as dt
from collections.abc import Iterator

import dagster as dg

from orchestration.seeds import seed
from orchestration.warehouse import Warehouse

# Three hours for the build of the morning, before a day without one is said to be late.
BUILT_DAILY = dg.FreshnessPolicy.time_window(
    warn_window=dt.timedelta(hours=27), fail_window=dt.timedelta(hours=51)
)
JUDGED = dg.AssetKey(["marts", "evidence_sources"])


def _name(source_id: str) -> str:
    return f"{source_id}_arrive_in_time"


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            _name(source["source_id"]),
            asset=dg.AssetKey(["raw", source["raw_table"]]),
            additional_deps=[JUDGED],
            description=(
                f"Something new every {source['refresh_cadence_days']} days, by the "
                f"as-of date; {source['owner']} answers for it."
            ),
        )
        for source in seed("evidence_source_rules")
    ]
)
def sources_arrive_in_time(warehouse: Warehouse) -> Iterator[dg.AssetCheckResult]:
    """Warns of sources that are late. One that nobody hands over is not late."""
    table = warehouse.read("marts.evidence_sources").astype(object)
    for source in table.where(table.notna(), None).to_dict("records"):
        yield dg.AssetCheckResult(
            asset_key=["raw", source["raw_table"]],
            check_name=_name(source["source_id"]),
            passed=source["state"] != "stale",
            severity=dg.AssetCheckSeverity.WARN,
            metadata={
                "state": source["state"],
                "last_refreshed_on": str(source["last_refreshed_on"] or "never"),
                "age_days": source["age_days"],
                "refresh_cadence_days": source["refresh_cadence_days"],
            },
        )
