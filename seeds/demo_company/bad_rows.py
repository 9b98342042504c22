"""The rows the door must refuse, a handful, each for its own reason."""

from datetime import date

Tables = dict[str, list[dict]]


def add_bad_rows(tables: Tables) -> None:
    """See README.md, which lists them by key."""
    tables["support__tickets"].append(dict(tables["support__tickets"][99]))
    contact = dict(tables["crm__contacts"][49])
    tables["crm__contacts"].append({**contact, "job_title": "Head of Everything"})
    response = {**tables["support__surveys"][-1], "response_id": "RSP-90001"}
    tables["support__surveys"].append({**response, "survey_type": "effort"})
    activity = {**tables["crm__activities"][-1], "activity_id": "ACT-900001"}
    tables["crm__activities"].append({**activity, "account_id": "ACC-9999"})
    opportunity = {
        **tables["crm__opportunities"][-1],
        "opportunity_id": "OPP-90001",
        "currency": "CHF",
    }
    tables["crm__opportunities"].append(opportunity)
    ticket = {**tables["support__tickets"][-2], "ticket_id": "TCK-900001"}
    tables["support__tickets"].append({**ticket, "opened_on": "2026-02-30"})
    right = {
        **tables["product__entitlements"][0],
        "valid_from": date(2025, 9, 1),
        "valid_to": date(2025, 8, 1),
    }
    tables["product__entitlements"].append(right)
    tables["billing__subscriptions"].append(
        {
            "subscription_id": "SUB-90001",
            "account_id": "ACC-9998",
            "currency": "USD",
            "started_on": date(2025, 11, 1),
        }
    )
