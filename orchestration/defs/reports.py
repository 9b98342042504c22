"""What is written for people once a month's books are closed."""

import dagster as dg

from orchestration.defs.ledger import exported
from orchestration.report import write
from orchestration.settings import settings


@dg.asset(key_prefix="reports", group_name="reports", deps=[exported])
def workbook() -> dg.MaterializeResult:
    """The last month's workbook for finance, as `make report` writes it."""
    return dg.MaterializeResult(metadata={"path": str(write(settings(), ""))})
