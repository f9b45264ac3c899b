"""The consistency term of CT-GAN (arXiv:1803.01541)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from ganzoo import Count, NotNegative, Penalty, Scores, Weight


class ConsistencyTerm(Penalty):
    """weight * E max(0, (D(x') - D(x''))² + share * |f(x') - f(x'')|² - margin): x' and x'' are two
    passes of the same real samples through a critic with dropout, and f is the input of its last
    linear layer, |.|² being a mean over its units (arXiv:1803.01541).
    It makes the critic smooth near the data, where the gradient penalty has few points.

    Logged as ``consistency_term``. It is 0 for a critic without dropout. For a critic without
    linear layers only the scores are compared.

    Args:
        weight: lambda_2.
        share: weight of the features beside that of the scores.
        margin: M'.
        interval: compute the penalty every ``interval`` steps, multiplied by ``interval``.
    """

    value: Tensor  # (), of the last update that had the penalty

    def __init__(
        self,
        weight: Weight = 2.0,
        share: Weight = 0.1,
        margin: NotNegative = 0.0,
        interval: Count = 1,
    ) -> None:
        super().__init__()
        self.weight, self.share, self.margin, self.interval = weight, share, margin, interval
        self.register_buffer("value", torch.tensor(0.0))

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        batch = real.batch.map(Tensor.detach)
        with _features(game.discriminator) as features:
            first, second = game.score(batch), game.score(batch)
        gap = (first.score - second.score).square()
        gap = gap.flatten(1).mean(1) if gap.ndim > 1 else gap  # of a critic that scores patches
        if features:
            difference = features[0] - features[len(features) // 2]  # of the first of each pass
            gap = gap + self.share * difference.float().square().flatten(1).mean(1)
        term = (gap - self.margin).clamp(min=0).mean()
        self.value.copy_(term.detach())
        return self.weight * term

    def report(self) -> dict[str, Tensor]:
        return {"consistency_term": self.value.clone()}


@contextmanager
def _features(network: nn.Module) -> Iterator[list[Tensor]]:
    """The inputs of the network's last linear layer, in the order of the passes in the context."""
    seen: list[Tensor] = []
    linear = [module for module in network.modules() if isinstance(module, nn.Linear)]
    if not linear:
        yield seen
        return
    handle = linear[-1].register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    try:
        yield seen
    finally:
        handle.remove()
