"""ganzoo as a real process: in a pipe, on a terminal, and asked to stop."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.text import Text

from .conftest import Ganzoo
from .tools import metrics_of, tiny

GANZOO = [sys.executable, "-m", "ganzoo"]
FOREVER = 10_000_000
SECONDS = 60


def test_python_dash_m_ganzoo_is_the_command() -> None:
    done = subprocess.run([*GANZOO, "--help"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Usage: ganzoo [OPTIONS] COMMAND [ARGS]...")
    assert done.stderr == ""


def test_a_mistake_ends_a_process_with_2_and_no_traceback() -> None:
    command = [*GANZOO, "train", "vanila-mlp"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: There is no recipe 'vanila-mlp'. Did you mean")


def test_debug_shows_the_traceback_of_a_mistake() -> None:
    command = [*GANZOO, "--debug", "train", "vanila-mlp"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert done.stderr.startswith("Traceback")
    assert "There is no recipe 'vanila-mlp'" in done.stderr.splitlines()[-1]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_asked_to_stop_it_writes_a_checkpoint_and_says_how_to_go_on(
    ganzoo: Ganzoo, images: Path, number: signal.Signals
) -> None:
    command = [*GANZOO, *tiny(images, steps=FOREVER, out="r")]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([*command, "--set=checkpoint_every=1000000"], **pipes) as process:
        try:
            assert process.stdout is not None
            first = next(line for line in process.stdout if line.startswith("step "))
            process.send_signal(number)
            _, errors = process.communicate(timeout=SECONDS)
        finally:
            process.kill()
    assert first.startswith(f"step 5/{FOREVER}  loss D ")
    assert process.returncode == 130
    told = re.fullmatch(
        r"Stopped after step (\d+), with a checkpoint\. Go on with: (ganzoo resume .+)\n",
        errors,
    )
    assert told, errors
    step = int(told[1])
    checkpoints = [path.name for path in Path("r/checkpoints").iterdir()]
    assert checkpoints == [f"step-{step:06d}.safetensors"]
    assert metrics_of(Path("r"))[-1]["step"] == step
    ganzoo("sample", "r")
    ganzoo(*shlex.split(told[2])[1:], f"--steps={step + 5}", "--quiet")
    assert metrics_of(Path("r"))[-1]["step"] == step + 5


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_on_a_terminal_it_shows_the_live_display(images: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "60"}
    for name in ("NO_COLOR", "CI", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        environment.pop(name, None)
    command = [*GANZOO, *tiny(images, steps=20, out="r")]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment):
        os.close(theirs)
        written = read_all(ours)
    shown = Text.from_ansi(written.replace("\r", "")).plain
    last = shown[shown.rindex("step 20/20") :]
    for part in ("100 %", "loss D", "loss G", "D(x)", "D(G(z))", "┃", "50 %", "▀"):
        assert part in last
    assert "ganzoo resume r --steps 40" in last
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l")  # the cursor is back
    assert "Error" not in shown


def read_all(terminal: int) -> str:
    """What is written to a terminal until nobody holds its other end."""
    pieces, end = [], time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            piece = os.read(terminal, 1 << 16)
        except OSError:  # how Linux says it
            piece = b""
        if not piece:
            break
        pieces.append(piece)
    os.close(terminal)
    return b"".join(pieces).decode(errors="replace")
