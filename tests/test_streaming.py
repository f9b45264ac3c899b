"""Data beyond the resident limit: the same weights as from memory, with and without prefetch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import ganzoo
from ganzoo.data import decoded
from ganzoo.data.batches import Batches
from ganzoo.engine import engine

from .cli.tools import NETWORKS, TINY, same_tensors, write_images


@pytest.fixture
def images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))
    for label in ("cat", "dog"):
        write_images(tmp_path / "images" / label, count=7)
    return tmp_path / "images"


def train(images: Path, out: Path, steps: int) -> Path:
    ganzoo.train(
        steps=steps,
        set=TINY,
        out=out,
        dataset=f"folder:{images}",
        batch_size=4,
        device="cpu",
        **NETWORKS,
    )
    return out


def same_state(one: Path, other: Path) -> bool:
    """Whether two runs have the same weights, optimizers, random states and order of the data."""
    last = "checkpoints/step-000020.safetensors"
    return same_tensors(one / last, other / last)


@pytest.mark.parametrize("prefetch", [False, True])
def test_streamed_data_gives_the_weights_of_resident_data_also_after_a_resume(
    images: Path, tmp_path: Path, prefetch: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident = train(images, tmp_path / "resident", 20)
    made = []

    def streamed(*arguments: Any, **options: Any) -> Batches:
        assert not options["resident"]
        made.append(Batches(*arguments, **{**options, "prefetch": prefetch}))
        return made[-1]

    monkeypatch.setattr(decoded, "RESIDENT_LIMIT", 0)
    monkeypatch.setattr(engine, "RESIDENT_LIMIT", 0)
    monkeypatch.setattr(engine, "Batches", streamed)
    whole = train(images, tmp_path / "whole", 20)
    assert same_state(resident, whole)
    halved = train(images, tmp_path / "halved", 10)
    ganzoo.resume(halved, steps=20)
    assert same_state(resident, halved)
    assert len(made) == 3
    assert list((tmp_path / "cache" / "decoded").glob("*/pixels.npy"))
