"""The web server of `ganzoo watch`, for this machine only."""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import socketserver
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ganzoo.errors import GanzooError
from ganzoo.watch.page import Page

HOST = "127.0.0.1"
_PICTURE = re.compile(r"/samples/(\d{1,4})/(\d{1,12})\.png")


class Server(ThreadingHTTPServer):
    """Serves a page on 127.0.0.1. ``port`` 0: any free port; ``address`` has the one in use. It
    answers only requests for this machine by name, reads no file that a request names, and writes
    nothing. Raises GanzooError for a port that cannot be used."""

    daemon_threads = True
    allow_reuse_address = os.name == "posix"  # on Windows, two servers could have one port

    def __init__(self, page: Page, port: int) -> None:
        self.page = page
        try:
            super().__init__((HOST, port), Handler)
        except OSError as error:
            raise _refused(port, error) from error

    def server_bind(self) -> None:
        """Without asking the network for the name of this machine, as the base class does."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    @property
    def address(self) -> str:
        """For the browser."""
        return f"http://{HOST}:{self.server_port}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing: a reader that goes away is no error, and others are answered."""


class Handler(BaseHTTPRequestHandler):
    """Answers a request of the page, of its parts, or of a picture."""

    server: Server
    timeout = 30  # seconds that a connection may be silent

    def do_GET(self) -> None:
        """Answer with the page, its parts as JSON, or a picture."""
        if self.headers.get("Host", "") not in self._own_names():
            self._answer(403, "text/plain", b"This page is for this machine only.\n")
            return
        nonce = secrets.token_urlsafe(16)
        try:
            status, kind, content = self._content(nonce)
        except Exception as error:  # the reader gets an answer, and the server goes on
            text = f"The page cannot be made: {type(error).__name__}: {error}\n"
            status, kind, content = 500, "text/plain; charset=utf-8", _encoded(text)
        self._answer(status, kind, content, nonce)

    def do_HEAD(self) -> None:
        """Answer as for GET, without the content."""
        self.do_GET()

    def _content(self, nonce: str) -> tuple[int, str, bytes]:
        """The status, the type and the content of the answer."""
        page, path = self.server.page, self.path.partition("?")[0]
        if path == "/":
            return 200, "text/html; charset=utf-8", _encoded(page.whole(nonce))
        if path == "/parts":
            return 200, "application/json", json.dumps(page.parts()).encode()
        place = _PICTURE.fullmatch(path)
        if place and (png := page.picture(int(place[1]), int(place[2]))):
            return 200, "image/png", png
        return 404, "text/plain", b"There is nothing here. The page is at /\n"

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing for a request."""

    def version_string(self) -> str:
        return "ganzoo"

    def _own_names(self) -> set[str]:
        """The names by which a browser on this machine asks. Another name would mean that a page
        of another host has led the browser here."""
        return {f"{name}:{self.server.server_port}" for name in (HOST, "localhost")}

    def _answer(self, status: int, kind: str, content: bytes, nonce: str = "none") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header(
            "Content-Security-Policy",
            f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; "
            "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'",
        )
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _encoded(text: str) -> bytes:
    """As UTF-8; a folder's name may have characters that have none."""
    return text.encode(errors="replace")


def _refused(port: int, error: OSError) -> GanzooError:
    if error.errno == errno.EADDRINUSE:
        return GanzooError(
            f"Port {port} is in use by another program, perhaps another `ganzoo watch`. Choose "
            "another with --port, or any free one with --port 0."
        )
    return GanzooError(
        f"Port {port} cannot be used: {error.strerror or error}. Choose another with --port, or "
        "any free one with --port 0."
    )
