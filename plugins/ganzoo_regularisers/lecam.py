"""The LeCam penalty (arXiv:2104.03310)."""

from typing import Annotated, Any

import torch
from msgspec import Meta
from torch import Tensor

from ganzoo import Count, Penalty, Scores, Weight

Decay = Annotated[float, Meta(ge=0, lt=1)]


class LeCam(Penalty):
    """weight * (E (D(x) - a_fake)² + E (D(G(z)) - a_real)²), a_real and a_fake being moving
    averages of D's scores of real samples and of fakes (arXiv:2104.03310, section 3.2): it keeps D
    from parting the two further and further when there is little data.

    The averages start at the means of the first update, before which the penalty is 0. They are
    logged as ``lecam_real`` and ``lecam_fake``.

    Args:
        weight: lambda. It may be scheduled, to begin later, as the authors' code does.
        decay: of the averages, an update of D.
        interval: due every so many steps, and weighing that much more.
    """

    real_mean: Tensor  # ()
    fake_mean: Tensor  # ()
    started: Tensor  # (), 1 once the averages have begun

    def __init__(self, weight: Weight = 0.3, decay: Decay = 0.99, interval: Count = 1) -> None:
        super().__init__()
        self.weight, self.decay, self.interval = weight, decay, interval
        for name in ("real_mean", "fake_mean", "started"):
            self.register_buffer(name, torch.tensor(0.0))

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        of_real = (real.score - self.fake_mean).square().mean()
        of_fake = (fake.score - self.real_mean).square().mean()
        return self.weight * self.started * (of_real + of_fake)

    def updated(self, real: Scores, fake: Scores) -> None:
        kept = self.decay * self.started  # nothing of the zeros they are made with
        self.real_mean = torch.lerp(real.score.mean(), self.real_mean, kept)
        self.fake_mean = torch.lerp(fake.score.mean(), self.fake_mean, kept)
        self.started = torch.ones_like(self.started)

    def report(self) -> dict[str, Tensor]:
        return {"lecam_real": self.real_mean, "lecam_fake": self.fake_mean}
