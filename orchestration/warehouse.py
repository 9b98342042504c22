"""The warehouse as Dagster's one resource: opened for a read, closed after it."""

import dagster as dg
import duckdb
import pandas as pd


class Warehouse(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The DuckDB file that dbt builds."""

    path: str

    def read(self, query: str) -> pd.DataFrame:
        """The rows of a query; the file is open only as long as it runs."""
        with duckdb.connect(self.path, read_only=True) as conn:
            return conn.execute(query).df()
