"""The game of arXiv:1411.1784, section 3.2."""

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from ganzoo import Batch, Game, Spec, UsageError


class ConcatenatedLabels(Game):
    """Both players see the label (arXiv:1411.1784, equation 2), as a one-hot vector joined to their
    input: further coordinates of z and of a vector, further channels of an image. It works with any
    two networks, and can be stacked with any other game.

    Args:
        d_labels: whether D sees the label too; if not, only G does, as in arXiv:1610.09585.
    """

    conditional = True

    def __init__(self, spec: Spec, *given: Any, d_labels: bool = True, **options: Any) -> None:
        if spec.classes < 1:
            raise UsageError(
                "The game 'concatenated-labels' needs labelled data: choose a dataset with labels, "
                "or --game standard; the classes of a folder of images are its subfolders, two or "
                "more"
            )
        super().__init__(spec, *given, **options)
        self.d_labels = d_labels

    def g_spec(self) -> Spec:
        spec = super().g_spec()
        return spec.replace(z_dim=spec.z_dim + spec.classes)

    def d_spec(self) -> Spec:
        spec = super().d_spec()
        if not self.d_labels:
            return spec
        channels, *sides = spec.shape
        return spec.replace(shape=(channels + self.spec.classes, *sides))

    def g_input(self, noise: Batch) -> Tensor:
        return self._with_label(super().g_input(noise), noise.tensor("y"))

    def d_input(self, batch: Batch) -> Tensor:
        images = super().d_input(batch)
        return self._with_label(images, batch.tensor("y")) if self.d_labels else images

    def _with_label(self, values: Tensor, y: Tensor) -> Tensor:
        """(N, C, ...) and labels (N,) to (N, C + classes, ...)."""
        ones = one_hot(y, self.spec.classes).to(values.dtype)
        spread = ones.reshape(*ones.shape, *[1] * (values.ndim - 2))
        return torch.cat((values, spread.expand(*ones.shape, *values.shape[2:])), 1)
