"""Wiring: settings, the door to raw data, the warehouse and the Dagster definitions."""
