"""The translation of images by a trained generator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ganzoo.engine.drawing import SOURCE
from ganzoo.errors import UsageError, near
from ganzoo.sampling.pieces import split
from ganzoo.sampling.targets import checked, from_files, is_places

if TYPE_CHECKING:
    from ganzoo.sampling.trained import Trained


@torch.no_grad()
def translated(
    trained: Trained, images: Any, direction: str | None, seed: int, label: int | str | None
) -> Tensor:
    """(N, *spec.shape) float32: see ``Trained.translate``."""
    way = direction_of(trained, direction)
    if is_places(images):
        _, images = from_files(images, trained.spec, trained.recipe)
    images = checked(images, trained.spec)
    noise = trained.noise(len(images), seed=seed, label=label)

    def pieces() -> Iterator[Tensor]:
        for piece, source in zip(split(noise), split(images), strict=True):
            piece = piece.replace(cond={**piece.cond, SOURCE: source.to(trained.device)})
            x = trained.game.translate(piece, way).x
            assert x is not None
            yield x.float()

    return torch.cat([*pieces()])


def direction_of(trained: Trained, name: str | None = None) -> str:
    """The direction of a translation, the first one by default. Raises UsageError for an unknown
    one, and for a generator that translates no images."""
    known = trained.game.translations()
    if not known:
        raise UsageError(
            f"The generator {trained.recipe.generator.bare!r} translates no images, since it takes "
            "no condition 'source'. `ganzoo list recipe` names recipes for translation."
        )
    if name is not None and name not in known:
        raise UsageError(f"There is no direction {name!r}. {near(name, known)}")
    return name or next(iter(known))
