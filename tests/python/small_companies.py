"""Companies of a few rows, that hand over little or have just begun."""

import datetime as dt
from pathlib import Path

AS_OF = dt.date(2026, 6, 30)
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
    "SUB-1,ACC-1,USD,2025-09-10\n",
    "billing__subscription_items": f"{ITEM_COLUMNS}\n"
    "ITM-1,SUB-1,PRD-1,recurring,month,1,10,10,2025-09-10,2026-02-10,,\n"
    "ITM-2,SUB-1,PRD-1,recurring,month,1,12,10,2026-02-10,,,\n",
}

# One customer who has just come, in a currency of its own, with no name and no family.
ONE_MONTH = {
    "crm__accounts": "account_id\nACC-1\n",
    "billing__products": "product_id\nPRD-1\n",
    "billing__subscriptions": "subscription_id,account_id,currency,started_on\n"
    "SUB-1,ACC-1,USD,2026-06-11\n",
    "billing__subscription_items": f"{ITEM_COLUMNS}\n"
    "ITM-1,SUB-1,PRD-1,recurring,month,1,1,0.01,2026-06-11,,,\n",
}
# Three customers over three years, nothing but contracts; one pays in a currency that
# has no rate, the quantity of another's last line cannot be read. The last line of the
# third begins on no date that can be read: whether it left is not known.
FOUR_TABLES = {
    "crm__accounts": "account_id,account_name,segment,country\n"
    "ACC-1,Alder,small,DE\nACC-2,Birch & 'Söhne',large,\nACC-3,Cedar,small,FR\n",
    "billing__products": "product_id,product_name,product_family,tier_rank\n"
    "BASE,Base,core,1\nPRO,Pro,core,2\nADD,Add-on,extras,\n",
    "billing__subscriptions": "subscription_id,account_id,currency,started_on,"
    "term_ends_on\nSUB-1,ACC-1,USD,2023-07-01,2027-07-01\n"
    "SUB-2,ACC-2,EUR,2024-03-01,2027-03-01\nSUB-3,ACC-3,USD,2024-01-15,\n",
    "billing__subscription_items": f"{ITEM_COLUMNS}\n"
    "ITM-1,SUB-1,BASE,recurring,month,1,10,20,2023-07-01,2025-09-01,,\n"
    "ITM-2,SUB-1,PRO,recurring,month,1,12,30,2025-09-01,,,\n"
    "ITM-3,SUB-2,PRO,recurring,year,1,40,480,2024-03-01,,,\n"
    "ITM-4,SUB-3,BASE,recurring,month,1,5,20,2024-01-15,2026-02-01,,\n"
    "ITM-5,SUB-1,ADD,recurring,month,1,many,15,2026-01-01,,,\n"
    "ITM-6,SUB-3,PRO,recurring,month,1,5,30,01.02.2026,,amendment,\n",
}


def write_company(folder: Path, tables: dict[str, str]) -> Path:
    """The folder with a CSV file for each table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder
