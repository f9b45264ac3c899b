"""``ganzoo watch``: the address is printed, Ctrl-C ends it, mistakes are sentences."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from .conftest import Ganzoo
from .test_process import GANZOO, SECONDS


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
def test_it_prints_its_address_and_ends_cleanly(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(run, Path("runs") / "newest")
    monkeypatch.undo()  # this machine is asked, and no network
    command = [*GANZOO, "watch", "latest", str(run), "--port=0"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    here = run.parent / "here"
    with subprocess.Popen(
        command,
        cwd=here,
        # The background jobs of a shell ignore SIGINT, and so do their children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        **pipes,
    ) as process:
        try:
            assert process.stdout is not None
            names, address = process.stdout.readline().strip().split(": ", 1)
            hint = process.stdout.readline()
            with urllib.request.urlopen(address, timeout=SECONDS) as page:
                text = page.read().decode()
            process.send_signal(signal.SIGINT)
            rest, errors = process.communicate(timeout=SECONDS)
        finally:
            process.kill()
    assert names == "newest, run"
    assert address.startswith("http://127.0.0.1:")
    assert text.count("Ended: all 20 steps") == 2
    assert hint == "Ctrl-C ends the page.\n"
    assert (process.returncode, rest, errors) == (0, "", "The page has ended.\n")


def test_mistakes(ganzoo: Ganzoo, run: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = ganzoo("watch", run, f"--port={port}", code=1).output
    assert f"Port {port} is in use" in said
    assert "There is no run folder" in ganzoo("watch", "missing", code=1).output
    assert "at most 65535" in ganzoo("watch", run, "--port=70000", code=2).output
    assert "Missing argument" in ganzoo("watch", code=2).output


def test_json(ganzoo: Ganzoo, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("socketserver.BaseServer.serve_forever", interrupted)
    said = json.loads(ganzoo("watch", run, run, "--port=0", "--json").stdout)
    assert said["runs"] == [str(run)]
    assert said["address"].startswith("http://127.0.0.1:")
