"""The layout of the ledger, and the steps that lead from an earlier one to this.

A layout is which tables of schema `ledger` there are, their columns, and what hashes
are made of. A step is a module of this package. It finds a ledger of the layout before
in a schema, sees by the old hashes that each closed month is what was closed, and then
changes tables and hashes. It is never edited later: it knows the columns of its own two
layouts by heart and asks no macro and no model for them.
"""

from collections.abc import Callable
from pathlib import Path

import duckdb

from orchestration.migrations import layout_3

# What this version of the project reads and writes.
LAYOUT = 3

Step = Callable[[duckdb.DuckDBPyConnection, str, Path], None]
# The step to a layout from the one before it. From layout 1 there is none.
STEPS: dict[int, Step] = {3: layout_3.migrate}
