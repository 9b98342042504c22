"""What is written for people once a month's books are closed."""

import dagster as dg

from orchestration.report import write
from orchestration.settings import settings


# Of a build that has passed: what is published is the last of it.
@dg.asset(
    key_prefix="reports",
    group_name="reports",
    deps=[dg.AssetKey(["published", "snapshot"])],
)
def workbook() -> dg.MaterializeResult:
    """The last month's workbook for finance, as `make report` writes it."""
    return dg.MaterializeResult(metadata={"path": str(write(settings(), ""))})
