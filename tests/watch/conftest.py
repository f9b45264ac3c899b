"""Runs to watch, and a server of them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PIL import Image

from ganzoo.run import Run
from ganzoo.watch.page import Page
from ganzoo.watch.server import Server

from ..evaluated import make_run


def log(run: Path, *steps: int, speed: float = 2.0) -> None:
    """Write lines of the log, and a picture for each."""
    with Run.open(run).metrics_file.open("a") as file:
        for step in steps:
            line = {"step": step, "loss_d": 1 / step, "seconds": step / speed, "steps_per_s": speed}
            file.write(json.dumps(line) + "\n")
    for step in steps:
        image = Image.new("L", (30, 20), step % 256)
        image.save(run / "samples" / f"step-{step:06d}.png")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run of 100 steps, without a log."""
    path = make_run(tmp_path / "runs" / "one", set={"recipe.steps": 100, "recipe.log_every": 10})
    (path / "metrics.jsonl").unlink()
    for picture in (path / "samples").iterdir():
        picture.unlink()
    return path


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Serves runs until the test ends."""
    with ExitStack() as stack:

        def start(*runs: Path) -> Server:
            server = stack.enter_context(Server(Page(runs), 0))
            thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
            thread.start()
            stack.callback(server.shutdown)
            return server

        yield start
