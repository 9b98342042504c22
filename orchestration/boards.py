"""`make report` draws the boards as HTML, `make boards` serves them on 127.0.0.1.

Both read the published snapshot and nothing else.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from orchestration.faults import one_sentence
from orchestration.last_build import doubt
from orchestration.publish import CURRENT, DATABASE, served
from orchestration.settings import PROJECT, Settings, SettingsError, settings, shown
from reports.board_pages import BOARDS, Page, linked

# The variable of a board, and the values it is drawn with: value and label.
VALUES = {
    ("executive", "segment"): """
        select scope_value, replace(scope_value, '_', ' ')
        from marts.expansion_summary
        where scope_type = 'segment'
        order by closing_arr desc
    """,
    ("queue", "owner"): """
        select concat(owner_name, ' (', owner_user_id, ')'), owner_name
        from marts.owner_coverage
        where n_ready > 0
        order by owner_name
    """,
    # Who is asked about first: the head of the queue, and the largest at risk.
    ("account", "account"): """
        select concat(account_name, ' (', account_id, ')'), account_name
        from marts.accounts
        where account_id in (
            select account_id from marts.expansion_queue where priority <= 12
        )
        or account_id in (
            select account_id from marts.churn_risks order by closing_arr desc limit 5
        )
        order by account_name
    """,
    ("decision", "decision_id"): """
        select distinct decision_id, decision_id
        from decisions.option_scores
        order by decision_id
    """,
}
# Drawn with no value too: for all.
WHOLE = {"executive": "all", "queue": "everybody", "finance": "", "data_quality": ""}


class BoardError(Exception):
    """Boards that cannot be drawn; the message is one sentence for the person."""


def snapshot(run: Settings) -> Path:
    """The database that boards read."""
    path = run.published / CURRENT / DATABASE
    if not path.exists():
        raise BoardError(f"There is no {shown(path)}: run make build.")
    return path


def pages_of(path: Path) -> list[Page]:
    """What is drawn of a snapshot; where a board has no values, the board itself."""
    pages = [Page(board, label=label) for board, label in WHOLE.items()]
    with duckdb.connect(str(path), read_only=True) as conn:
        for (board, variable), query in VALUES.items():
            rows = conn.execute(query).fetchall()
            pages += [Page(board, variable, *row) for row in rows]
            if not rows and board not in WHOLE:
                pages.append(Page(board))
    return pages


def told(why: str | None) -> None:
    """Says what people should know of the snapshot."""
    if why:
        print(why, file=sys.stderr)


def what_is_shown(run: Settings) -> str | None:
    """What people should know of the snapshot; None after a build that passed."""
    why = doubt(run)
    if not why:
        return None
    return f"The boards show {served(run)}, the last that was published: {why}."


def write(run: Settings) -> Path:
    """Draws every page into the folder of reports; the page to open."""
    # Takes seconds to load, and only boards need it.
    from dbt_charts.agent_api.project_session import ProjectSession

    # One snapshot for all pages, though another is published meanwhile.
    path = snapshot(run).resolve()
    os.environ |= {"EXPANSION_SNAPSHOT": str(path), "DO_NOT_TRACK": "1"}
    pages = pages_of(path)
    texts = {}
    with ProjectSession.open(PROJECT) as session:
        for page in pages:
            board = session.project.path(f"charts/{page.board}.yml").read_board()
            drawn = session.render_board(
                board,
                variables=page.variables,
                format="html",
                use_cache=False,
                standalone=True,
            )
            wrong = [*drawn.validation_errors, *drawn.chart_errors, drawn.board_error]
            if drawn.status != "ok" or not isinstance(drawn.data, str):
                reason = next((error.message for error in wrong if error), "no page")
                raise BoardError(f"{page.file} cannot be drawn: {reason}")
            texts[page.file] = linked(drawn.data, page, pages)
    run.reports.mkdir(parents=True, exist_ok=True)
    _remove_former(run.reports)
    for file, text in texts.items():
        (run.reports / file).write_text(text, encoding="utf-8")
    return run.reports / Page("executive").file


def _remove_former(folder: Path) -> None:
    """A page of an owner who has left would stay, with last month's numbers."""
    for name in ("index", *BOARDS):
        for file in [folder / f"{name}.html", *folder.glob(f"{name}-*.html")]:
            file.unlink(missing_ok=True)


def serve(run: Settings, port: int) -> None:
    """Serves the boards until interrupted.

    The server reads all files of its folder anew when one of them changes. A folder of
    links to the boards keeps builds, which write beside them, from disturbing it.
    """
    environment = os.environ | {
        "EXPANSION_SNAPSHOT": str(snapshot(run)),
        "DO_NOT_TRACK": "1",
    }
    with tempfile.TemporaryDirectory(prefix="boards-") as folder:
        for name in ("dbt_charts.yml", "charts", "templates"):
            (Path(folder) / name).symlink_to(PROJECT / name)
        print(f"http://127.0.0.1:{port}/executive/  (Ctrl-C ends it)", flush=True)
        server = [sys.executable, "-m", "orchestration.boards_server"]
        try:
            subprocess.run([*server, folder, str(port)], cwd=PROJECT, env=environment)
        except KeyboardInterrupt:
            return


@one_sentence
def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("do", choices=["write", "serve"])
    parser.add_argument("--port", type=int, default=3001)
    asked = parser.parse_args()
    try:
        run = settings()
        why = what_is_shown(run)
        if asked.do == "serve":
            snapshot(run)
            told(why)
            serve(run, asked.port)
        else:
            print(shown(write(run)))
            told(why)
    except (BoardError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
