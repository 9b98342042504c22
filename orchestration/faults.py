"""What goes wrong on a machine, in one sentence: which file, and what to do."""

import functools
import json
import os
import sys
import traceback
from collections.abc import Callable

import duckdb

from orchestration.settings import settings, shown

# Asks for the place in the code too, where a sentence does not help.
TRACEBACK = "EXPANSION_TRACEBACK"
LONGEST = 300
INTERRUPTED = 130


def one_sentence(main: Callable[[], int]) -> Callable[[], int]:
    """A command that ends in one sentence, whatever it finds, never in a traceback."""

    @functools.wraps(main)
    def command() -> int:
        try:
            return main()
        except KeyboardInterrupt:
            print("Ended by Ctrl-C.", file=sys.stderr)
            return INTERRUPTED
        except Exception as error:
            if os.environ.get(TRACEBACK):
                traceback.print_exc()
            print(sentence(error), file=sys.stderr)
            return 1

    return command


def sentence(error: BaseException) -> str:
    """What went wrong and what to do, without anybody's secrets."""
    # What the project raises itself is a sentence already.
    if type(error).__module__.startswith("orchestration."):
        return _without_secrets(str(error))
    if isinstance(error, duckdb.Error):
        return _without_secrets(warehouse_sentence(error))
    if isinstance(error, OSError) and error.filename is not None:
        said = (
            f"{error.filename}: {error.strerror}. See that it can be read and written, "
            "or name another place by EXPANSION_WAREHOUSE, EXPANSION_PUBLISHED or "
            "EXPANSION_REPORTS."
        )
    elif isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        said = (
            "A file that an earlier build left is broken, most likely run_results.json "
            f"in {shown(settings().artifacts)}: remove it, and run make build."
        )
    else:
        first = (str(error).strip().splitlines() or [""])[0][:LONGEST]
        said = (
            f"Not expected: {type(error).__name__}: {first}. {TRACEBACK}=1 says where."
        )
    return _without_secrets(said)


def warehouse_sentence(error: duckdb.Error) -> str:
    """Why the warehouse cannot be used, and how it comes back."""
    run = settings()
    place = shown(run.warehouse)
    text = str(error)
    if "lock" in text and isinstance(error, duckdb.IOException):
        return f"{place} cannot be opened, as a build is writing: try again after it."
    if isinstance(error, duckdb.CatalogException | duckdb.BinderException):
        return (
            f"{place} lacks a table or column, as if no build had come to its end: run "
            "make build."
        )
    if run.warehouse.is_dir():
        return f"{place} is a folder: EXPANSION_WAREHOUSE is to name a file."
    first = text.strip().splitlines()[0][:120]
    return (
        f"{place} is no whole DuckDB file ({first}): move it away, with its .wal if "
        "there is one, and run make build, which takes the ledger back from the files "
        f"in {run.warehouse.stem}.ledger."
    )


def _without_secrets(text: str) -> str:
    try:
        run = settings()
    except Exception:
        return text
    for secret in filter(None, (run.postgres, run.alert_webhook)):
        text = text.replace(secret, "***")
    return text
