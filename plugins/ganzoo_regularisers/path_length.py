"""Path length regularisation (StyleGAN2, arXiv:1912.04958)."""

from typing import Annotated, Any

import torch
from msgspec import Meta
from torch import Tensor

from ganzoo import Count, Penalty, Scores, UsageError, Weight

Decay = Annotated[float, Meta(ge=0, lt=1)]


class PathLength(Penalty):
    """weight * E (|J(z)ᵀ y| - a)² in G's loss, J being G's Jacobian by its noise z, y a normal
    image, and a the moving average of the lengths |Jᵀy| (arXiv:1912.04958, section 3.2, equation 4
    with z for w): a step in z should change the sample by the same amount everywhere. y is divided
    by the square root of the number of pixels, H W, as in the authors' code.

    a is logged as ``path_length``. Where G mixes the samples of a batch, as batch normalisation
    does, a length measures the change of the whole batch.

    Args:
        weight: gamma.
        decay: decay of the average, each time the penalty is computed.
        shrink: the penalty is computed on 1 / shrink of the batch, which saves time.
        interval: compute the penalty every ``interval`` steps, multiplied by ``interval``.
    """

    player = "g"
    mean: Tensor  # (), a

    def __init__(
        self, weight: Weight = 2.0, decay: Decay = 0.99, shrink: Count = 2, interval: Count = 4
    ) -> None:
        super().__init__()
        self.weight, self.decay, self.shrink, self.interval = weight, decay, shrink, interval
        self.register_buffer("mean", torch.tensor(0.0))

    def check(self, game: Any) -> None:
        if "g" not in game.players():
            raise UsageError(
                "The penalty 'path-length' is on the generator's noise, and this game has no "
                "player 'g': leave it out"
            )

    def forward(self, game: Any, real: Scores | None, fake: Scores) -> Tensor:
        part = fake.batch[: max(1, len(fake.batch) // self.shrink)]
        z = part.z.detach().requires_grad_()
        x = game.generate(part.replace(x=None, z=z)).x
        y = torch.randn_like(x) / x[0, 0].numel() ** 0.5
        (gradient,) = torch.autograd.grad((x * y).sum(), z, create_graph=True)
        lengths = gradient.norm(dim=1)
        self.mean.copy_(torch.lerp(lengths.detach().mean(), self.mean, self.decay))
        return self.weight * (lengths - self.mean).square().mean()

    def report(self) -> dict[str, Tensor]:
        return {"path_length": self.mean.clone()}
