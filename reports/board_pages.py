"""Boards as pages that stand alone: their names, and links from one to the next."""

import html
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from reports.file_names import file_name

# What the bar at the top calls each board; the first is the page that opens.
BOARDS = {
    "executive": "Overview",
    "queue": "This week",
    "account": "Accounts",
    "decision": "Decisions",
    "finance": "Books",
    "data_quality": "Evidence",
}
HREF = re.compile(r' href="([/?][^"]*)"')
STYLE = """
<style>
nav {font: 14px/1.6 "Inter Variable", system-ui, sans-serif; padding: 14px 36px 0}
nav a {color: #1f4e8c; margin-right: 16px; text-decoration: none; white-space: nowrap}
nav a.here {color: #222; font-weight: 600}
nav div + div {font-size: 12px}
</style>
"""


@dataclass(frozen=True)
class Page:
    """A board drawn with one value of its variable, or with none."""

    board: str
    variable: str = ""
    value: str = ""
    label: str = ""

    @property
    def variables(self) -> dict[str, str]:
        """What the board is drawn with."""
        return {self.variable: self.value} if self.variable else {}

    @property
    def file(self) -> str:
        """Where it is written."""
        if self.variable:
            return f"{self.board}-{file_name(self.value)}.html"
        return "index.html" if self.board == "executive" else f"{self.board}.html"


def linked(drawn: str, page: Page, pages: list[Page]) -> str:
    """The page with a bar of links, and with its own links to files beside it."""
    files = {(other.board, *other.variables.items()): other.file for other in pages}

    def to_file(found: re.Match[str]) -> str:
        address = urlsplit(html.unescape(found[1]))
        board = address.path.strip("/") or page.board
        file = files.get((board, *parse_qsl(address.query)))
        return f' href="{file}"' if file else ""

    body = drawn.index("<body>") + len("<body>")
    return drawn[:body] + STYLE + _bar(page, pages) + HREF.sub(to_file, drawn[body:])


def _bar(page: Page, pages: list[Page]) -> str:
    """Links to the first page of each board, and to all of this one."""
    first = {other.board: other for other in reversed(pages)}
    boards = [
        _link(first[board].file, name, board == page.board)
        for board, name in BOARDS.items()
        if board in first
    ]
    same = [
        _link(other.file, other.label, other == page)
        for other in pages
        if other.board == page.board
    ]
    second = f"<div>{' '.join(same)}</div>" if len(same) > 1 else ""
    return f"<nav><div>{' '.join(boards)}</div>{second}</nav>\n"


def _link(file: str, name: str, is_here: bool) -> str:
    here = ' class="here"' if is_here else ""
    return f'<a{here} href="{file}">{html.escape(name)}</a>'
