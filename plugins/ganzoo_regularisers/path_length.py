"""Path length regularisation (StyleGAN2, arXiv:1912.04958)."""

from typing import Annotated, Any

import torch
from msgspec import Meta
from torch import Tensor

from ganzoo import Batch, Count, Penalty, Scores, UsageError, Weight

Decay = Annotated[float, Meta(ge=0, lt=1)]


class PathLength(Penalty):
    """weight * E (|Jᵀ y| - a)² in G's loss, J being G's Jacobian by its styles w, y a normal image,
    and a the moving average of the lengths |Jᵀy| (arXiv:1912.04958, section 3.2, equation 4): a
    step in w should change the sample by the same amount everywhere. y is divided by the square
    root of the number of pixels, H W, and the length is the root of the mean square over the layers
    of styles, as in the authors' code. For a generator without styles, J is the Jacobian by its
    noise z.

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
        inputs, made = self._made(game, part.replace(x=None))
        x = made.to(self.mean.dtype)  # in full precision also where G computes in another one
        y = torch.randn_like(x) / x[0, 0].numel() ** 0.5
        (gradient,) = torch.autograd.grad((x * y).sum(), inputs, create_graph=True)
        gradient = gradient.to(self.mean.dtype)
        lengths = gradient.norm(dim=(1, 2)) / gradient.shape[1] ** 0.5  # (N,)
        self.mean.copy_(torch.lerp(lengths.detach().mean(), self.mean, self.decay))
        return self.weight * (lengths - self.mean).square().mean()

    @staticmethod
    def _made(game: Any, noise: Batch) -> tuple[Tensor, Tensor]:
        """Samples, and the tensor that they are differentiated by: styles (N, layers, dim), or z as
        (N, 1, dim)."""
        styles = game.styles(noise)
        if styles is not None:
            styles = styles if styles.requires_grad else styles.detach().requires_grad_()
            return styles, game.synthesise(styles)
        z = noise.tensor("z").detach()[:, None].requires_grad_()
        return z, game.generate(noise.replace(z=z[:, 0])).x

    def report(self) -> dict[str, Tensor]:
        return {"path_length": self.mean.clone()}
