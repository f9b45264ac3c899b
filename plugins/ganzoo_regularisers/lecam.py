"""The LeCam penalty (arXiv:2104.03310)."""

from typing import Annotated, Any

import torch
from msgspec import Meta
from torch import Tensor

from ganzoo import Count, Penalty, Scores, Weight

Decay = Annotated[float, Meta(ge=0, lt=1)]


class LeCam(Penalty):
    """weight * (E (D(x) - a_fake)² + E (D(G(z)) - a_real)²), a_real and a_fake being moving
    averages of D's scores of real samples and of fakes (arXiv:2104.03310, section 3.2): with little
    data, it limits the difference between both scores, which otherwise grows.

    The penalty is 0 in the first update, at whose mean scores the averages start. They are logged
    as ``lecam_real`` and ``lecam_fake``.

    Args:
        weight: lambda. A schedule can start the penalty later, as the authors' code does.
        decay: decay of the averages in each update of D.
        interval: compute the penalty every ``interval`` steps, multiplied by ``interval``.
    """

    real_mean: Tensor  # ()
    fake_mean: Tensor  # ()
    started: Tensor  # (), 1 after the first update

    def __init__(self, weight: Weight = 0.3, decay: Decay = 0.99, interval: Count = 1) -> None:
        super().__init__()
        self.weight, self.decay, self.interval = weight, decay, interval
        for name in ("real_mean", "fake_mean", "started"):
            self.register_buffer(name, torch.tensor(0.0))

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        real_term = (real.score - self.fake_mean).square().mean()
        fake_term = (fake.score - self.real_mean).square().mean()
        return self.weight * self.started * (real_term + fake_term)

    def updated(self, real: Scores, fake: Scores) -> None:
        kept = self.decay * self.started  # 0 in the first update, to drop the initial zeros
        self.real_mean.copy_(torch.lerp(real.score.mean(), self.real_mean, kept))
        self.fake_mean.copy_(torch.lerp(fake.score.mean(), self.fake_mean, kept))
        self.started.fill_(1.0)

    def report(self) -> dict[str, Tensor]:
        return {"lecam_real": self.real_mean.clone(), "lecam_fake": self.fake_mean.clone()}
