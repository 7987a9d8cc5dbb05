"""A server on the loopback for one page: its scripts, the libraries, the artefact, the rows.

It says of every answer that the page is isolated from other origins, without which browsers blunt
their clocks and give WebAssembly no shared memory.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".mjs": "text/javascript",
        ".js": "text/javascript",
        ".json": "application/json",
        ".wasm": "application/wasm",
        ".html": "text/html",
    }
)
#: LiteRT.js names a sibling by its package's name.
PAGE = b"""<!doctype html><title>deployment</title><link rel=icon href=data:,>
<script type=importmap>{"imports": {"@litertjs/wasm-utils":
"/node_modules/@litertjs/wasm-utils/dist/index.js"}}</script>
<script type=module src=/web/page.mjs></script>"""
#: More than any reference model answers.
LONGEST = 64 << 20


class PageServer:
    """Serves folders by their first segment, and ``rows``; keeps what is posted.

    Attributes:
        origin: where it listens, on the loopback alone.
        answers: what the page posted.
        fetched: bytes given out, by first segment of the path.
    """

    def __init__(self, folders: Mapping[str, Path], rows: bytes) -> None:
        self.folders = {name: folder.resolve() for name, folder in folders.items()}
        self.rows = rows
        self.answers = b""
        self.fetched: dict[str, int] = {}
        outer = self

        class Handler(_Handler):
            server_of = outer

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def body(self, path: str) -> tuple[bytes, str] | None:
        """What is at a path, and its type; None: nothing."""
        if path == "/":
            return PAGE, "text/html"
        if path == "/rows":
            return self.rows, "application/octet-stream"
        first, _, rest = path.lstrip("/").partition("/")
        folder = self.folders.get(first)
        file = None if folder is None else (folder / rest).resolve()
        if folder is None or file is None or not file.is_relative_to(folder) or not file.is_file():
            return None
        content = file.read_bytes()
        self.fetched[first] = self.fetched.get(first, 0) + len(content)
        return content, TYPES.get(file.suffix, "application/octet-stream")


class _Handler(BaseHTTPRequestHandler):
    server_of: PageServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        found = self.server_of.body(unquote(urlsplit(self.path).path))
        if found is None:
            self._answer(404, b"", "text/plain")
        else:
            self._answer(200, *found)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        if self.path != "/answers" or not 0 <= length <= LONGEST:
            self._answer(404, b"", "text/plain")
            return
        self.server_of.answers = self.rfile.read(length)
        self._answer(200, b"", "text/plain")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Nothing: what a page asks for is no news."""
