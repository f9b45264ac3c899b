"""What the tests of the core share: a registry that knows only a toy, and a way to train it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import torch

from ganzoo import Registry
from ganzoo.run import Run

from .toy import TOY, ToyPlugin, registry_of

# For the processes that tests start, too: small tensors on several threads are slow.
os.environ.setdefault("OMP_NUM_THREADS", "1")
torch.set_num_threads(1)
# No deadline: the machine may be shared.
hypothesis.settings.register_profile("ganzoo", deadline=None, max_examples=50)
hypothesis.settings.load_profile("ganzoo")


@pytest.fixture(autouse=True)
def _clean_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    # What is computed never goes to the cache of whoever runs the tests.
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    for name in ("GANZOO_DISABLE", "GANZOO_LOG", "GANZOO_STRICT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def registry() -> Iterator[Registry]:
    """Ganzoo's own components and the toy's, nothing that happens to be installed."""
    return registry_of(toy=ToyPlugin())


@pytest.fixture
def train(tmp_path: Path, registry: Registry) -> Callable[..., Run]:
    """``ganzoo.train`` on the toy, into a new folder: ``train(steps=3, seed=1)``."""
    import ganzoo

    def train_toy(**request: Any) -> Run:
        number = len(list(tmp_path.glob("run-*")))
        defaults = {"recipe": TOY, "registry": registry, "device": "cpu"}
        return ganzoo.train(**{**defaults, "out": tmp_path / f"run-{number}", **request})

    return train_toy
