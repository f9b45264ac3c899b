"""What the tests of the command line have in hand: tiny settings, and ways to look at a folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file

from ganzoo import Registry
from ganzoo.recipe import to_dict

TINY = {
    "generator.hidden": [16],
    "discriminator.hidden": [16],
    "log_every": 5,
    "sample_every": 10,
    "checkpoint_every": 10,
    "samples": 4,
    "optimizer.d.lr": 0.002,  # constant, so that ten steps and ten more are twenty
    "optimizer.g.lr": 0.002,
}
NETWORKS = {"generator": "mlp", "discriminator": "mlp"}


def tiny(images: Path, **options: Any) -> list[str]:
    """The arguments of a training of seconds on ``images``; ``options``: ``steps=20`` and so on."""
    asked = {**NETWORKS, "dataset": f"folder:{images}", "batch_size": 4, "device": "cpu", **options}
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in asked.items()]
    return ["train", "vanilla-mlp", *arguments, *settings(**TINY)]


def settings(**values: Any) -> list[str]:
    return [f"--set={key}={json.dumps(value)}" for key, value in values.items()]


def write_images(folder: Path, count: int = 20, side: int = 8, mode: str = "L") -> Path:
    """``count`` random square PNGs, the same every time."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    shape = (side, side) if mode == "L" else (side, side, len(mode))
    for index in range(count):
        pixels = random.integers(0, 256, shape, dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{mode}-{side}-{index:02d}.png")
    return folder


def snapshot(folder: Path) -> dict[str, str]:
    """Everything in a folder, by its path, with a digest of each file."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in sorted(folder.rglob("*"))
    }


def config_of(run: Path) -> dict[str, Any]:
    return json.loads((run / "config.json").read_text())


def recipe_called(name: str) -> dict[str, Any]:
    """An installed recipe, as JSON has it."""
    return json.loads(json.dumps(to_dict(Registry.discover().recipe(name))))


def metrics_of(run: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def same_tensors(one: Path, other: Path) -> bool:
    """Whether two safetensors files hold the same names with the same bits."""
    a, b = load_file(one), load_file(other)
    return a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)
