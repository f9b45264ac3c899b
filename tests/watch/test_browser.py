"""The page in Chromium: it follows a training, and fits a telephone."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ganzoo.watch.server import Server

from .conftest import log

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
SECONDS = 60


def chromium(profile: Path, *arguments: str) -> str:
    """The output of a page without a window, after five seconds of the page's own time."""
    assert CHROMIUM is not None
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    command += [f"--user-data-dir={profile}", "--virtual-time-budget=5000", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True)
    return done.stdout


def test_it_shows_a_log_that_comes_while_it_is_open(
    serve: Callable[..., Server], run: Path, tmp_path: Path
) -> None:
    """The log is written when the page is delivered, so only its script can show it."""
    log(run, 10)
    server = serve(run)
    whole = server.page.whole

    def whole_then_log(nonce: str) -> str:
        page = whole(nonce)
        log(run, 70)
        return page

    server.page.whole = whole_then_log  # type: ignore[method-assign]
    document = chromium(tmp_path / "profile", "--dump-dom", server.address)
    assert "Step 70 of 100" in document
    assert "/samples/0/70.png" in document
    assert "<title>70 % one - ganzoo watch</title>" in document
    assert 'id="lost" role="status" hidden' in document
    assert "<svg" in document


def test_it_fits_390_pixels(serve: Callable[..., Server], run: Path, tmp_path: Path) -> None:
    """A frame of this width has no part beyond its right edge."""
    log(run, 10, 20, 30)
    page = serve(run).page.whole("")
    (tmp_path / "page.html").write_text(page.partition("<script")[0] + "</body></html>")
    (tmp_path / "frame.html").write_text(
        "<iframe src=page.html width=390 height=800 onload='document.title = "
        "contentDocument.documentElement.scrollWidth'></iframe>"
    )
    local = ("--allow-file-access-from-files", (tmp_path / "frame.html").as_uri())
    document = chromium(tmp_path / "profile", "--dump-dom", *local)
    assert "<title>390</title>" in document
