"""The weights of penalties for images of another size than the one that a recipe was tuned for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ganzoo.assembly.overrides import Change
from ganzoo.assembly.schedules import is_schedule
from ganzoo.assembly.signature import options_of
from ganzoo.recipe import Recipe
from ganzoo.registry import Registry
from ganzoo.types import Data

MUCH = 1.5  # a factor of the number of pixels that a weight should follow
SCHEDULED = ("start", "end", "floor")  # the numbers of a schedule that are scaled


def scaled_weights(
    tuned: Recipe, used: Recipe, data: Data, changes: Sequence[Change], registry: Registry
) -> Iterator[str]:
    """Sentences with settings, if the recipe has weights that were chosen for images of its
    ``tuned_size``, and the user has not given others. The settings scale the weights in proportion
    to the number of pixels and to 1 / batch size, as the rule gamma = 0.0002 * pixels / batch of
    arXiv:2006.06676, appendix C, does: where the data has images of another size, and where the
    option ``by_size`` of a penalty scales its weight, which was chosen without it. ``tuned``: the
    recipe before the changes, ``used``: with them."""
    size = tuple(int(side) for side in data.x.shape[2:])
    if tuned.tuned_size is None or len(size) != 2:
        return
    given, by_size = [path for path, _ in changes], _by_size(used)
    weights = [
        (path, number) for path, number in _weights(tuned, registry) if not _is_given(path, given)
    ]
    unit = tuned.batch_size / math.prod(tuned.tuned_size)
    settings = [
        f"--set {path}={number * unit:.2g}"
        for path, number in weights
        if path.split(".")[1] in by_size
    ]
    if settings:
        yield (
            "With by_size the weight of a penalty is gamma * pixels / batch size. For the weight "
            f"that {tuned.name} has on {_shape(tuned.tuned_size)} in batches of "
            f"{tuned.batch_size}, `{' '.join(settings)}`"
        )
    pixels = math.prod(size) / math.prod(tuned.tuned_size)
    if 1 / MUCH < pixels < MUCH:
        return
    factor, now = pixels * tuned.batch_size / used.batch_size, dict(_weights(used, registry))
    settings = [
        f"--set {path}={number * factor:.2g}" for path, number in weights if now.get(path) == number
    ]
    if settings:
        yield (
            f"{tuned.name} was tuned on {_shape(tuned.tuned_size)} in batches of "
            f"{tuned.batch_size}. The best weight of its gradient penalties is in proportion to "
            "the number of pixels and to 1 / batch size (arXiv:2006.06676, appendix C): for "
            f"{_shape(size)} in batches of {used.batch_size}, `{' '.join(settings)}`"
        )


def _weights(recipe: Recipe, registry: Registry) -> Iterator[tuple[str, float]]:
    """The path and the number of each weight that depends on the size of the images. A penalty with
    the option ``by_size`` computes its weight from the size itself."""
    by_size = _by_size(recipe)
    for part in recipe.penalties:
        if part.bare in by_size:
            continue
        options = options_of(registry.get("penalty", part.name).load(), "penalty")
        for name, option in options.items():
            value: Any = part.options.get(name, option.default)
            path = f"penalties.{part.bare}.{name}"
            if not option.by_pixels:
                continue
            if is_schedule(value):
                yield from _numbers(value, path)
            elif isinstance(value, int | float):
                yield path, value


def _by_size(recipe: Recipe) -> set[str]:
    """The names of the penalties that compute their weight from the size of the images."""
    return {part.bare for part in recipe.penalties if part.options.get("by_size")}


def _numbers(schedule: Mapping[str, Any], path: str) -> Iterator[tuple[str, float]]:
    for key in SCHEDULED:
        if isinstance(schedule.get(key), int | float):
            yield f"{path}.{key}", schedule[key]


def _is_given(path: str, given: Sequence[str]) -> bool:
    """Whether a setting was given by the user: by itself, in a table, or in a whole recipe."""
    return any(one in (path, "recipe") or path.startswith(f"{one}.") for one in given)


def _shape(size: Sequence[int]) -> str:
    return f"images of {size[0]}x{size[1]}"
