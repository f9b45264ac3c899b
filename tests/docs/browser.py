"""The built site in Chromium, served from this machine."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
PATIENCE = 120_000  # milliseconds of a wait, in place of 30,000: the machine may be shared
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The address of a server of the site, on this machine alone."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def chromium() -> Iterator[sync_api.Browser]:
    """A Chromium without a window."""
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"], timeout=PATIENCE
        )
        browser.on("context", lambda context: context.set_default_timeout(PATIENCE))
        try:
            yield browser
        finally:
            browser.close()


class Complaints(list[str]):
    """Errors of a page: of its scripts, of answers, and requests to other hosts."""

    def __init__(self, page: sync_api.Page, address: str) -> None:
        super().__init__()
        self.host = urlsplit(address).netloc
        page.on("console", lambda said: said.type == "error" and self.append(said.text))
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on("request", self._request)
        page.on("response", lambda r: r.status >= 400 and self.append(f"{r.status} {r.url}"))

    def _request(self, request: sync_api.Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self.host:
            self.append(f"a request to another host: {request.url}")


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """No line for each request."""
