"""The boards' server, for a browser on this machine and for nobody it was led to.

A page of another site can give its own name the address 127.0.0.1 and then read what
answers there as if it were its own. Such a request carries that other name: it is
refused, as is one that a page of another origin sends.
"""

import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dbt_charts.agent_api.serve import ServeSetup, prepare_serve
from dbt_charts.cli.filesystem_project import FilesystemProject
from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse, PlainTextResponse

HOST = "127.0.0.1"
NAMES = [HOST, "localhost"]

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


class Guard:
    """Lets in what this machine's browser asks of itself; says nothing of the machine.

    The library's own /health names the process and the folder it serves.
    """

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            origin = Headers(scope=scope).get("origin")
            if origin is not None and _host(origin) not in NAMES:
                refusal = PlainTextResponse("Another site asks.", status_code=403)
                return await refusal(scope, receive, send)
            if scope["path"].rstrip("/") == "/health":
                return await JSONResponse({"status": "ok"})(scope, receive, send)
        return await self.app(scope, receive, send)


def _host(origin: str) -> str | None:
    try:
        return urlsplit(origin).hostname
    except ValueError:
        return None


def guarded(app: Any) -> Any:
    """An application that answers only under the names of this machine."""
    app.add_middleware(Guard)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=NAMES, www_redirect=False)
    return app


def main(folder: Path, port: int) -> int:
    """Serves the boards of a folder until interrupted."""
    setup = prepare_serve(
        FilesystemProject(folder),
        port=port,
        host=HOST,
        dialect=None,
        target=None,
        max_workers=None,
        no_cache=True,
        cache_path=None,
    )
    if not isinstance(setup, ServeSetup):
        print(setup.message, file=sys.stderr)
        return 1
    guarded(setup.app)
    setup.server.run()
    return 0 if setup.server.started else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
