"""``ganzoo`` on a terminal of a given width."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from rich.text import Text

from .test_process import GANZOO


def on_terminal(width: int, *arguments: str | Path, **environment: str) -> str:
    """The output of a command that sees a terminal of ``width`` columns, as plain text without
    spaces at the ends of lines. The command must succeed."""
    pty = pytest.importorskip("pty")
    import termios

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, width))
    settings = {**os.environ, "TERM": "xterm", **environment}
    settings.pop("COLUMNS", None)
    command = [*GANZOO, *map(str, arguments)]
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.PIPE, env=settings) as process:
        os.close(theirs)
        output = b"".join(_pieces(ours))
        os.close(ours)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 0, error.decode()
    lines = Text.from_ansi(output.decode().replace("\r\n", "\n")).plain.splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _pieces(descriptor: int) -> list[bytes]:
    """All that a terminal gets until its last writer has closed it, which Linux reports as an
    error."""
    pieces = []
    try:
        while piece := os.read(descriptor, 65536):
            pieces.append(piece)
    except OSError:
        pass
    return pieces
