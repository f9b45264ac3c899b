"""The content of config.json: the settings and versions that are needed to repeat a run."""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Any

import msgspec

from ganzoo.engine.arithmetic import Arithmetic
from ganzoo.recipe import Part, Recipe, to_dict
from ganzoo.registry import Registry
from ganzoo.types import Data

LIBRARIES = ("ganzoo", "torch", "numpy", "safetensors", "pillow")


def describe(
    recipe: Recipe,
    data: Data,
    registry: Registry,
    *,
    seed: int,
    device: str,
    arithmetic: Arithmetic,
    graphs: bool,
    command: Sequence[str],
    instead_of: str | None = None,
    elsewhere: Mapping[str, Any] | None = None,
    world_size: int = 1,
    logged: Sequence[str] = (),
    translations: Sequence[str] = (),
    about: str = "",
) -> dict[str, Any]:
    """The configuration of a new run, as plain data. ``graphs``: whether its updates are captured
    where the device is CUDA. ``instead_of``: the dataset of the recipe, if
    it was not available and this dataset replaces it. ``elsewhere``: the recipe's settings for
    data that it was not tuned for, if they were used. ``world_size``: how many processes train.
    ``logged``: the names of the loggers. ``translations``: the directions in which the game
    translates images. ``about``: the samples in words, if their view has any."""
    return {
        "recipe": to_dict(recipe),
        "seed": seed,
        "device": device,
        **arithmetic.to_dict(),
        "graphs": graphs,
        "world_size": world_size,
        "elsewhere": dict(elsewhere or {}),
        "translations": list(translations),
        "dataset": {
            "name": recipe.dataset.bare,
            "instead_of": instead_of,
            "split": registry.get("dataset", recipe.dataset.name).load().splits[0],
            "count": len(data),
            "shape": list(data.x.shape[1:]),
            "bounded": data.discrete,
            "depth": data.depth,
            "classes": data.classes,
            "labels": list(data.labels),
            "view": _view(data, registry),
            "about": about,
            "source": data.source,
            "checksum": data.checksum,
            "notes": list(data.notes),
        },
        "plugins": {
            plugin.name: {
                "version": plugin.version,
                "distribution": plugin.distribution,
                "path": plugin.path,
                "sha256": plugin.sha256,
            }
            for plugin in registry.plugins
            if plugin.state == "loaded"
        },
        "libraries": {
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in LIBRARIES},
        },
        "loggers": list(logged),
        "command": list(command),
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _view(data: Data, registry: Registry) -> dict[str, Any] | None:
    """The view of the data, with the plugin that it comes from; None if the data names none."""
    if data.view is None:
        return None
    name = registry.get("view", data.view.name).qualified
    plain: dict[str, Any] = msgspec.to_builtins(Part(name, data.view.options))
    return plain


def named_classes(names: Sequence[str], most: int = 12) -> str:
    """The classes with their numbers, ``0 cat, 1 dog``. Of more than ``most`` classes, the first
    ones and the last. A name that equals its number is written once. Characters that a terminal
    cannot print are replaced by "?".
    """
    names = ["".join(c if c.isprintable() else "?" for c in name) for name in names]
    entries = [name if name == str(i) else f"{i} {name}" for i, name in enumerate(names)]
    if len(entries) > most:
        entries = [*entries[: most - 2], "...", entries[-1]]
    return ", ".join(entries)


def started_from(origin: Mapping[str, Any]) -> str:
    """The weights that the training started from, in a sentence."""
    frozen = origin.get("freeze_d", 0)
    layers = "layer of D stays" if frozen == 1 else f"{frozen} layers of D stay"
    return (
        f"Started from the weights of {origin['name']} ({origin['recipe']} on {origin['dataset']}, "
        f"step {origin['step']})" + (f". The first {layers} as there." if frozen else ".")
    )
