"""The losses of the players, and their sum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import torch
from torch import Tensor, nn

from ganzoo.interfaces.components import Component
from ganzoo.types import Data, Scores


class Loss(Component):
    """The losses of the players. A loss is a module, so that checkpoints have its state.

    ``g_needs_real``: whether the generator's loss needs the scores of real samples.
    ``NonSaturating() + MutualInformation()`` is the loss that is the sum of both.
    """

    g_needs_real: bool = False

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        """The scalar that the discriminator minimises."""
        raise NotImplementedError(f"{type(self).__name__} has no loss for D")

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        """The scalar that the generator minimises; ``real`` is None unless ``g_needs_real``."""
        raise NotImplementedError(f"{type(self).__name__} has no loss for G")

    def prepare(self, data: Data) -> None:
        """Called once before a new training. Raise UsageError, with a sentence, for data that the
        loss cannot use."""

    def updated(self, real: Scores, fake: Scores) -> None:
        """Called without gradients after the discriminator's update: change the loss's own
        state."""

    def probability(self, score: Tensor) -> Tensor | None:
        """D(x), the probability that x is real, in [0, 1]; None if the score has no such
        meaning."""
        return None

    def report(self, real: Scores, fake: Scores) -> dict[str, Tensor]:
        """Scalars for the log, from the discriminator's update, without gradients.

        If ``probability`` gives probabilities: D(x), D(G(z)) and D's accuracy, which is 1/2 at the
        optimum of the game (arXiv:1406.2661, section 4.1). Otherwise the mean scores.
        """
        p_real, p_fake = self.probability(real.score), self.probability(fake.score)
        if p_real is None or p_fake is None:
            return {"score_real": real.score.mean(), "score_fake": fake.score.mean()}
        right = (p_real > 0.5).float().mean() + (p_fake <= 0.5).float().mean()
        return {"d_real": p_real.mean(), "d_fake": p_fake.mean(), "d_accuracy": right / 2}

    def undecided(self) -> float | None:
        """The least value of ``discriminator`` for a D that gives every sample the same score,
        because it cannot tell fakes from real samples. None if this value has no meaning."""
        return None

    def reading(self, scalars: Mapping[str, float]) -> str:
        """What the last logged scalars of ``report`` say about D, in a sentence for the user; empty
        if nothing is known."""
        if "d_accuracy" not in scalars:
            return ""
        return (
            f"D is right for {100 * scalars['d_accuracy']:.0f} % of the samples; a D that guesses "
            "is right for 50 %."
        )

    def __add__(self, other: Loss) -> Loss:
        return SumLoss(self, other)


class SumLoss(Loss):
    """The sum of several losses. Its report of D's scores and its reading are those of the first
    loss."""

    def __init__(self, *terms: Loss) -> None:
        super().__init__()
        flat: list[Loss] = []
        for term in terms:
            flat.extend(term._losses() if isinstance(term, SumLoss) else [term])
        self.terms = nn.ModuleList(flat)
        self.g_needs_real = any(term.g_needs_real for term in flat)

    def _losses(self) -> list[Loss]:
        return cast("list[Loss]", list(self.terms))

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return torch.stack([term.discriminator(real, fake) for term in self._losses()]).sum()

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return torch.stack([term.generator(real, fake) for term in self._losses()]).sum()

    def prepare(self, data: Data) -> None:
        for term in self._losses():
            term.prepare(data)

    def updated(self, real: Scores, fake: Scores) -> None:
        for term in self._losses():
            term.updated(real, fake)

    def probability(self, score: Tensor) -> Tensor | None:
        return self._losses()[0].probability(score)

    def undecided(self) -> float | None:
        values = [term.undecided() for term in self._losses()]
        known = [value for value in values if value is not None]
        return sum(known) if len(known) == len(values) else None

    def report(self, real: Scores, fake: Scores) -> dict[str, Tensor]:
        scalars: dict[str, Tensor] = {}
        for term in reversed(self._losses()):
            scalars.update(term.report(real, fake))
        return scalars

    def reading(self, scalars: Mapping[str, float]) -> str:
        return self._losses()[0].reading(scalars)
