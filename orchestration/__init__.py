"""Wiring: the settings, the door to raw data, the build and Dagster's definitions."""

import os

# Nothing of a company is reported to anybody, however its code was started.
os.environ |= {
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
}
