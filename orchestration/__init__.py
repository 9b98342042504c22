"""Wiring: the settings, the door to raw data, the build and Dagster's definitions."""
