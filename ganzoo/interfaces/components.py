"""The parts of a game: networks, losses, penalties, augmentations, noise."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils.parametrizations import spectral_norm

from ganzoo.errors import UsageError
from ganzoo.types import Batch, Data, Scores, Spec

if TYPE_CHECKING:
    from ganzoo.game import Game
    from ganzoo.schedules import Schedule


class Component(nn.Module):
    """A part of a game: a network, a loss, a penalty, an augmentation, a prior, or the game itself.

    schedules: of the options that change in the course of the training, by name. ``build`` fills
    it in; before each step the engine sets the attributes of those names.
    capturable: whether an update with this component may be captured as a CUDA graph, which replays
    the same kernels on the same tensors, and runs no Python. So ``forward`` and the losses must not
    choose by a tensor's value, by a Python random number or by the number of the step; state must
    lie in buffers that are changed in place; and a scheduled number is a tensor of shape () in a
    capture. Set it to False where this is not so.
    """

    schedules: Mapping[str, Schedule] = {}
    capturable: bool = True

    def check(self, game: Game) -> None:
        """Called once the game is whole, before anything is trained. Raise UsageError, with a
        sentence, where this component cannot play in it: a loss that needs labels on data without
        them (``game.spec.classes``), say, or a penalty that a layer of the discriminator undoes."""

    def at(self, step: int, steps: int) -> None:
        """Called before each step, counted from 1, of a training of so many ``steps``. A class that
        overrides this is captured as a CUDA graph only if it sets ``capturable`` itself."""


class Network(Component):
    """A network that plays a role in a game.

    takes: names of further tensors of a batch that ``forward`` takes as keyword arguments beside
    its first one: ``y`` for the labels, ``z``, or an entry of the batch's code or cond.
    copied_buffers: buffers of this module (by their own names) that an average of the weights takes
    over as they are, since the mean of them would mean nothing.
    """

    takes: tuple[str, ...] = ()
    copied_buffers: tuple[str, ...] = ()

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        self.spec = spec

    def prepare(self, data: Data) -> None:
        """Called once before a new training: initialise the weights that depend on the data."""

    def check(self, game: Game) -> None:
        if "y" in self.takes and not game.spec.classes:
            raise UsageError(
                f"The network {type(self).__name__} takes labels, and this data has none: choose a "
                "labelled dataset, or another network"
            )

    def report(self) -> dict[str, Tensor]:
        """Scalars worth logging, from every update, without gradients."""
        return {}

    def apply_spectral_norm(self) -> None:
        """Divide the weights of every linear and convolutional layer by their largest singular
        value, estimated by a power iteration a pass (arXiv:1802.05957, equation 8, algorithm 1).
        For constructors, once the layers stand."""
        for module in list(self.modules()):
            if isinstance(module, nn.Linear | nn.modules.conv._ConvNd):
                if not module.weight.any():
                    raise UsageError("A layer whose weights are all 0 has no spectral norm.")
                spectral_norm(module)


class Generator(Network):
    """Turns noise into samples: ``forward(z) -> x``, (N, z_dim) -> (N, *spec.shape).

    x lies in [spec.low, spec.high].
    """


class Discriminator(Network):
    """Scores samples: ``forward(x) -> score`` or ``(score, aux)``; (N, *spec.shape) -> (N,), or
    (N, ...) where each patch of a sample has a score of its own.

    A high score means real. The score is raw: a logit, a critic value or an energy, as the loss
    reads it. ``aux`` is a dict of further outputs by name, each with N rows.
    """

    @cached_property
    def joint_batch(self) -> bool:
        """Whether real and fake samples may be scored in one batch, which is faster. Not where a
        layer mixes the samples of a batch: override this if yours does so without batch norm."""
        return not any(isinstance(module, _BatchNorm) for module in self.modules())


class Loss(Component):
    """The losses of the players. A module, so that its state is checkpointed.

    ``g_needs_real``: whether the generator's loss reads the scores of real samples.
    Losses add: ``NonSaturating() + MutualInformation()`` plays both terms.
    """

    g_needs_real: bool = False

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        """The scalar that the discriminator minimises."""
        raise NotImplementedError(f"{type(self).__name__} has no loss for D")

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        """The scalar that the generator minimises; ``real`` is None unless ``g_needs_real``."""
        raise NotImplementedError(f"{type(self).__name__} has no loss for G")

    def updated(self, real: Scores, fake: Scores) -> None:
        """Called without gradients after the discriminator's step: move the loss's own state."""

    def probability(self, score: Tensor) -> Tensor | None:
        """D(x), the probability that x is real, in [0, 1]; None where a score is no such thing."""
        return None

    def report(self, real: Scores, fake: Scores) -> dict[str, Tensor]:
        """Scalars worth logging, from the discriminator's turn, without gradients.

        Where scores are probabilities: D(x), D(G(z)) and D's accuracy, which the theory sends to
        1/2 (arXiv:1406.2661, section 4.1). Elsewhere the mean scores.
        """
        p_real, p_fake = self.probability(real.score), self.probability(fake.score)
        if p_real is None or p_fake is None:
            return {"score_real": real.score.mean(), "score_fake": fake.score.mean()}
        right = (p_real > 0.5).float().mean() + (p_fake <= 0.5).float().mean()
        return {"d_real": p_real.mean(), "d_fake": p_fake.mean(), "d_accuracy": right / 2}

    def __add__(self, other: Loss) -> Loss:
        return SumLoss(self, other)


class SumLoss(Loss):
    """The sum of several losses. Of D's scores it reports as the first of them does."""

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

    def updated(self, real: Scores, fake: Scores) -> None:
        for term in self._losses():
            term.updated(real, fake)

    def probability(self, score: Tensor) -> Tensor | None:
        return self._losses()[0].probability(score)

    def report(self, real: Scores, fake: Scores) -> dict[str, Tensor]:
        scalars: dict[str, Tensor] = {}
        for term in reversed(self._losses()):
            scalars.update(term.report(real, fake))
        return scalars


class Penalty(Component):
    """A term added to a player's loss, or a constraint on its weights applied after its step.

    player: whose loss it is added to, and whose networks are projected. interval: the penalty is
    due every so many steps, and weighs that much more when it is (lazy regularisation,
    arXiv:1912.04958, section 3.1). needs_gradient: whether it differentiates the scores by the
    samples, so that these must be leaves that require gradients.
    """

    player: str = "d"
    interval: int = 1
    needs_gradient: bool = False

    def forward(self, game: Game, real: Scores | None, fake: Scores) -> Tensor:
        """The scalar to add. ``game.score`` scores other samples, ``game.networks`` has the
        weights. ``real`` is None in an update of G alone whose loss does not read the data."""
        return fake.score.new_zeros(())

    def project(self, network: nn.Module) -> None:
        """Called without gradients after the player's step, for each of its networks: put its
        weights back where they are allowed to be."""

    def updated(self, real: Scores | None, fake: Scores) -> None:
        """Called without gradients after each step of the penalty's player: move the penalty's own
        state. ``real`` is as in ``forward``."""

    def report(self) -> dict[str, Tensor]:
        """Scalars worth logging, from each update of the penalty's player."""
        return {}

    @staticmethod
    def gradient(score: Tensor, x: Tensor) -> Tensor:
        """(N, size): the gradient of each score by its own sample of x, which can be
        differentiated again. Where D mixes the samples of a batch, their influence on the scores of
        each other is included."""
        (gradient,) = torch.autograd.grad(score.sum(), x, create_graph=True)
        return gradient.flatten(1)


class Augmentation(Component):
    """A change of the samples before the discriminator, for real and fake samples alike
    (arXiv:2006.10738): any number of them, in order. ``forward(batch) -> batch`` must be
    differentiable, so that the generator's gradients pass through it."""

    def d_spec(self, spec: Spec) -> Spec:
        """The spec that D is built for, from that of the samples as they come in."""
        return spec

    def forward(self, batch: Batch) -> Batch:
        """The view of the batch that is scored. All randomness from torch's global generators."""
        return batch

    def updated(self, real: Scores, fake: Scores) -> None:
        """Called without gradients after the discriminator's step: move the augmentation's own
        state, which must lie in buffers so that it is checkpointed."""

    def report(self) -> dict[str, Tensor]:
        """Scalars worth logging, from the discriminator's update."""
        return {}


class NoisePrior(Component, ABC):
    """P(z): where the generator's noise comes from. dim: the length of z. codes: the latent codes
    that it draws, by name, each with its length: how many numbers one of them has in z."""

    dim: int
    codes: Mapping[str, int] = {}

    @abstractmethod
    def draw(
        self, n: int, *, device: torch.device, generator: torch.Generator | None = None
    ) -> Batch:
        """n draws: a Batch with z (n, dim) float32, and code where the prior has one.

        All randomness must come from ``generator`` (None: torch's own for the device)."""

    def report(self) -> dict[str, Tensor]:
        """Scalars worth logging, from every update, without gradients."""
        return {}

    def give(self, noise: Batch, name: str, value: float) -> Batch:
        """The noise with the latent code of that name held at a value, in z and in its code."""
        raise UsageError(f"The prior {type(self).__name__} has no code {name!r} that can be held.")
