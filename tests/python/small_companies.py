"""Companies of a few rows, that hand over little or have just begun."""

import datetime as dt
from pathlib import Path

AS_OF = dt.date(2025, 6, 30)
ITEM_COLUMNS = (
    "item_id,subscription_id,product_id,charge_type,billing_interval,interval_count,"
    "quantity,unit_price,valid_from,valid_to,change_reason,is_contracted_step"
)
# One account, begun in September, that has taken two seats more since.
YOUNG = {
    "crm__accounts": "account_id,account_name\nACC-1,Alder\n",
    "billing__products": "product_id,product_name,product_family,tier_rank,"
    "unit_of_measure\nPRD-1,Base,core,,seat\n",
    "billing__subscriptions": "subscription_id,account_id,currency,started_on\n"
    "SUB-1,ACC-1,USD,2024-09-10\n",
    "billing__subscription_items": f"{ITEM_COLUMNS}\n"
    "ITM-1,SUB-1,PRD-1,recurring,month,1,10,10,2024-09-10,2025-02-10,,\n"
    "ITM-2,SUB-1,PRD-1,recurring,month,1,12,10,2025-02-10,,,\n",
}


def write_company(folder: Path, tables: dict[str, str]) -> Path:
    """The folder with a CSV file for each table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder
