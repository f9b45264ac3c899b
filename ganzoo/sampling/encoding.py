"""The noise that a trained encoder gives for images, and the samples of this noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ganzoo.errors import UsageError
from ganzoo.sampling.latents import checked_z
from ganzoo.sampling.pieces import in_pieces, joined, split
from ganzoo.sampling.targets import given_samples
from ganzoo.types import Batch

if TYPE_CHECKING:
    from ganzoo.sampling.trained import Trained


@torch.no_grad()
def encoded(trained: Trained, images: Any, labels: Tensor | None) -> Tensor:
    """(N, z_dim): see ``Trained.encode``."""
    x = given_samples(images, trained.spec, trained.recipe)
    if labels is not None and len(labels) != len(x):
        raise UsageError(f"There are {len(labels)} labels for {len(x)} images: give one each.")
    batch = Batch(x=x, y=labels).map(lambda tensor: tensor.to(trained.device))
    return torch.cat([trained.game.encode(part).tensor("z") for part in split(batch)]).float()


@torch.no_grad()
def reconstructed(trained: Trained, images: Any, labels: Tensor | None) -> Tensor:
    """(N, *spec.shape): see ``Trained.reconstruct``."""
    if trained.game.conditional and labels is None:
        raise UsageError(
            "This generator draws samples by their labels: give those of the images that are "
            "to be reconstructed."
        )
    z = checked_z(encoded(trained, images, labels), trained.game.prior.dim)
    noise = trained.noise(len(z)).replace(z=z)
    if labels is not None and noise.y is not None:
        noise = noise.replace(y=labels.to(trained.device))
    return joined(in_pieces(trained, noise))
