"""Drawings of 72 x 96 in two classes, as an archive: trained, resumed and sampled."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from .conftest import Ganzoo
from .tools import same_tensors

NARROW = ("generator.width=2", "discriminator.width=2")
RATES = ("optimizer.g.lr=1e-3", "optimizer.d.lr=1e-3")  # in place of schedules over all steps
SMALL = {
    "dcgan": (*NARROW, *RATES),
    "r3gan": (
        *("generator.growth=1", "generator.group=4", *NARROW, *RATES),
        *("discriminator.growth=1", "discriminator.group=4"),
    ),
    "fastgan": (*NARROW, "discriminator.decoder_width=2"),
    "stylegan2-small": (*NARROW, *RATES, "generator.w_dim=8"),
}


@pytest.fixture
def drawings(tmp_path: Path) -> Path:
    """A zip of 24 discs and squares on paper."""
    random = np.random.default_rng(0)
    for index in range(24):
        kind = ("disc", "square")[index % 2]
        image = Image.new("RGB", (96, 72), "white")
        draw = ImageDraw.Draw(image)
        x, y, r = (int(n) for n in (*random.integers(20, 52, 2), random.integers(8, 18)))
        shape = draw.ellipse if kind == "disc" else draw.rectangle
        shape((x - r, y - r, x + r, y + r), fill=tuple(random.integers(0, 200, 3).tolist()))
        (tmp_path / "drawings" / kind).mkdir(parents=True, exist_ok=True)
        image.save(tmp_path / "drawings" / kind / f"{index}.png")
    return Path(shutil.make_archive(str(tmp_path / "drawings"), "zip", tmp_path / "drawings"))


@pytest.mark.parametrize(
    ("recipe", "height", "width"),
    [("dcgan", 72, 96), ("r3gan", 18, 24), ("stylegan2-small", 18, 24), ("fastgan", 18, 24)],
)
def test_drawings_are_trained_in_their_shape(
    ganzoo: Ganzoo, drawings: Path, tmp_path: Path, recipe: str, height: int, width: int
) -> None:
    size = f"dataset.size={height}x{width}"
    settings = [f"--set={setting}" for setting in (*SMALL[recipe], size, "batch_size=4")]
    train = ("train", recipe, "--dataset", f"folder:{drawings}", *settings)
    shown = ganzoo(*train, "--steps=4", f"--out={tmp_path / 'whole'}").output
    assert f"24 images of {height}x{width} (height x width), colour, 2 classes" in shown
    ganzoo(*train, "--steps=2", f"--out={tmp_path / 'halves'}")
    ganzoo("resume", tmp_path / "halves", "--steps=4")
    names = [tmp_path / name / "generator.safetensors" for name in ("whole", "halves")]
    assert same_tensors(*names)
    ganzoo("sample", tmp_path / "whole", "-n", 4, "--out", tmp_path / "grid.png")
    with Image.open(tmp_path / "grid.png") as grid:
        assert (grid.width, grid.height) == (2 * (width + 2) + 2, 2 * (height + 2) + 2)


def test_transparency_is_trained_and_sampled(ganzoo: Ganzoo, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (8, 16, 24, 4), np.uint8)
    np.save(tmp_path / "icons.npy", pixels)
    settings = [f"--set={setting}" for setting in (*SMALL["dcgan"], "batch_size=4")]
    ganzoo(
        *("train", "dcgan", "--dataset", f"folder:{tmp_path / 'icons.npy'}", *settings),
        *("--set=dataset.channels=4", "--steps=2", f"--out={tmp_path / 'run'}"),
    )
    ganzoo("sample", tmp_path / "run", "-n", 2, "--out", tmp_path / "singles")
    for path in sorted((tmp_path / "singles").iterdir()):
        with Image.open(path) as image:
            assert (image.mode, image.size) == ("RGBA", (24, 16))


def test_fewer_images_than_a_batch_are_told(ganzoo: Ganzoo, images: Path, tmp_path: Path) -> None:
    """``images`` are twenty."""
    train = ("train", "vanilla-mlp", "--dataset", f"folder:{images}", "--steps=1")
    small = ("--set=generator.hidden=[4]", "--set=discriminator.hidden=[4]")
    shown = ganzoo(*train, *small, "--batch-size=32", f"--out={tmp_path / 'a'}").output
    assert "A batch has 32 samples and the data 20" in shown
    assert "--batch-size 20" in shown
    (note,) = json.loads((tmp_path / "a" / "config.json").read_text())["dataset"]["notes"]
    assert note.startswith("A batch has 32 samples")
    shown = ganzoo(*train, *small, "--batch-size=20", f"--out={tmp_path / 'b'}").output
    assert "A batch has" not in shown
