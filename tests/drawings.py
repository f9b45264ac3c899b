"""Colour drawings of 96 x 72 in two classes, for tests of own images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

KINDS = ("disc", "square")
WIDTH, HEIGHT = 96, 72


def write_drawings(folder: Path, count: int, *, seed: int = 0) -> Path:
    """``count`` drawings, half of them discs and half squares, the same every time; each kind in a
    folder of its own."""
    random = np.random.default_rng(seed)
    for kind in KINDS:
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for index in range(count):
        kind = KINDS[index % 2]
        image = Image.new("RGB", (WIDTH, HEIGHT), tuple(random.integers(200, 256, 3).tolist()))
        draw = ImageDraw.Draw(image)
        x, y, r = (int(random.integers(*ends)) for ends in ((24, 73), (24, 49), (10, 20)))
        shape = draw.ellipse if kind == "disc" else draw.rectangle
        shape((x - r, y - r, x + r, y + r), fill=tuple(random.integers(0, 160, 3).tolist()))
        image.save(folder / kind / f"{index:03}.png")
    return folder
