"""The base classes that a plugin implements.

A component's constructor is its configuration schema: every keyword argument is a knob, its
annotation the knob's type, its default the knob's default. Networks take the ``Spec`` they are
built for as their first argument; nothing else does.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils.parametrizations import spectral_norm

from ganzoo.errors import UsageError
from ganzoo.types import Sample, Samples, Spec, Verdict

if TYPE_CHECKING:
    from ganzoo.game import Game

Judge = Callable[[Sample], Verdict]


class Component(nn.Module):
    """What a game is made of: networks, losses, penalties and priors."""

    def check(self, game: Game) -> None:
        """Called once the game is whole, before anything is trained. Raise UsageError, with a
        sentence, where this component cannot play in it: a loss that needs labels on data without
        them (``game.spec.classes``), say, or a penalty that a layer of the discriminator undoes."""


class Generator(Component):
    """Turns noise into samples: ``forward(z) -> x``, (N, z_dim) -> (N, *spec.shape).

    x lies in [spec.low, spec.high]. A game may pass more than z (labels, codes).
    """

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        self.spec = spec

    def prepare(self, data: Samples) -> None:
        """Called once before a new training starts: initialise what depends on the data."""


class Discriminator(Component):
    """Scores samples: ``forward(x) -> score`` or ``(score, aux)``; (N, *spec.shape) -> (N,).

    A high score means real. The score is raw: a logit, a critic value or an energy, as the loss
    reads it. ``aux`` is a dict of further outputs by name, each with N rows.
    """

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        self.spec = spec

    def prepare(self, data: Samples) -> None:
        """Called once before a new training starts: initialise what depends on the data."""

    @cached_property
    def one_pass(self) -> bool:
        """Whether real and fake samples may be judged in one batch, which is faster. Not where a
        layer mixes the samples of a batch: override this if yours does so without batch norm."""
        return not any(isinstance(module, _BatchNorm) for module in self.modules())

    def normalise_spectrally(self) -> None:
        """Divide the weights of every linear and convolutional layer by their largest singular
        value, estimated by a power iteration a pass (arXiv:1802.05957, equation 8, algorithm 1).
        For constructors, once the layers stand."""
        for module in list(self.modules()):
            if isinstance(module, nn.Linear | nn.modules.conv._ConvNd):
                if not module.weight.any():
                    raise UsageError("A layer whose weights are all 0 has no spectral norm.")
                spectral_norm(module)


class Loss(Component):
    """What the players minimise. A module, so that its state is checkpointed.

    ``g_needs_real``: whether the generator's loss reads the verdict on real samples.
    Losses add: ``NonSaturating() + MutualInformation()`` plays both terms.
    """

    g_needs_real: bool = False

    def discriminator(self, real: Verdict, fake: Verdict) -> Tensor:
        """The scalar that the discriminator minimises."""
        raise NotImplementedError(f"{type(self).__name__} does not say what D minimises")

    def generator(self, real: Verdict | None, fake: Verdict) -> Tensor:
        """The scalar that the generator minimises; ``real`` is None unless ``g_needs_real``."""
        raise NotImplementedError(f"{type(self).__name__} does not say what G minimises")

    def update(self, real: Verdict, fake: Verdict) -> None:
        """Called without gradients after the discriminator's step: move the loss's own state."""

    def probability(self, score: Tensor) -> Tensor | None:
        """D(x), the probability that x is real, in [0, 1]; None where a score is no such thing."""
        return None

    def report(self, real: Verdict, fake: Verdict) -> dict[str, Tensor]:
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
    """The sum of several losses. What it reports of D's scores is what the first one says."""

    def __init__(self, *terms: Loss) -> None:
        super().__init__()
        flat: list[Loss] = []
        for term in terms:
            flat.extend(term._losses() if isinstance(term, SumLoss) else [term])
        self.terms = nn.ModuleList(flat)
        self.g_needs_real = any(term.g_needs_real for term in flat)

    def _losses(self) -> list[Loss]:
        return cast("list[Loss]", list(self.terms))

    def discriminator(self, real: Verdict, fake: Verdict) -> Tensor:
        return torch.stack([term.discriminator(real, fake) for term in self._losses()]).sum()

    def generator(self, real: Verdict | None, fake: Verdict) -> Tensor:
        return torch.stack([term.generator(real, fake) for term in self._losses()]).sum()

    def update(self, real: Verdict, fake: Verdict) -> None:
        for term in self._losses():
            term.update(real, fake)

    def probability(self, score: Tensor) -> Tensor | None:
        return self._losses()[0].probability(score)

    def report(self, real: Verdict, fake: Verdict) -> dict[str, Tensor]:
        scalars: dict[str, Tensor] = {}
        for term in reversed(self._losses()):
            scalars.update(term.report(real, fake))
        return scalars


class Penalty(Component):
    """A term added to the discriminator's loss, or a constraint applied after its step.

    ``every``: the penalty is due every so many rounds, and weighs that much more when it is (lazy
    regularisation, arXiv:1912.04958, section 3.1). ``needs_gradient``: whether it differentiates
    the verdicts' scores by their samples, so that those must be leaves that require gradients.
    """

    every: int = 1
    needs_gradient: bool = False

    def forward(self, judge: Judge, real: Verdict, fake: Verdict) -> Tensor:
        """The scalar to add. ``judge`` gives the verdict on any other sample."""
        return real.score.new_zeros(())

    def after(self, discriminator: nn.Module) -> None:
        """Called without gradients after the discriminator's step: project its weights."""

    @staticmethod
    def gradient(score: Tensor, x: Tensor) -> Tensor:
        """(N, size): the gradient of each score by its own sample of x, which can be
        differentiated again. Where D mixes the samples of a batch, what they add is in it."""
        (gradient,) = torch.autograd.grad(score.sum(), x, create_graph=True)
        return gradient.flatten(1)


class NoisePrior(Component, ABC):
    """P(z): where the generator's noise comes from. ``dim``: the length of z."""

    dim: int

    @abstractmethod
    def draw(
        self, n: int, *, device: torch.device, generator: torch.Generator | None = None
    ) -> Sample:
        """n draws: a Sample with z (n, dim) float32, and code where the prior has one.

        All randomness must come from ``generator`` (None: torch's own for the device)."""


class Dataset(ABC):
    """Real samples, by split.

    ``fallback``: the dataset to take when this one cannot be reached and nobody asked for it by
    name. ``splits``: what ``load`` accepts, the training split first.
    """

    fallback: ClassVar[str | None] = None
    splits: tuple[str, ...] = ("train", "test")

    @abstractmethod
    def load(self, root: Path, split: str) -> Samples:
        """All of the split, read from (or fetched into) the data directory ``root``.

        Raises DataUnavailable where it is not there and cannot be had, GanzooError where what is
        there is damaged."""

    @classmethod
    def here(cls, root: Path) -> bool | None:
        """Whether it lies in ``root``, found without reading it; None where nobody can tell."""
        return None


class Features(ABC):
    """What samples look like to a network: the vectors that many metrics compare instead of pixels.

    name: such as "classifier of mnist". fingerprint: of the weights; part of a result's protocol.
    dim: of a vector. classes: of the logits; 0 where it classifies nothing.
    """

    name: str
    fingerprint: str
    dim: int
    classes: int = 0

    @abstractmethod
    def vectors(self, samples: Samples) -> Iterator[Tensor]:
        """float32 (n, dim) on the CPU, in the order of the samples, in pieces. To be read again is
        cheap: they are computed once for each Samples object."""

    @abstractmethod
    def logits(self, samples: Samples) -> Iterator[Tensor]:
        """float32 (n, classes) on the CPU, likewise; of no pieces where ``classes`` is 0."""


class Metric(ABC):
    """A judgement of fakes against reals.

    A constructor with a parameter ``features`` is handed Features, and one with a parameter
    ``data`` the Splits of the dataset; neither is a knob, and what no metric asks for is not
    computed. lower_is_better: by result name. fewest: reals and fakes that it takes at least.
    fakes: how many its protocol takes; None for 10,000. split: of the reals that its protocol
    compares with. default: whether it is computed, where the data fits, when nobody names metrics.
    features_of: the dataset whose classifier is its features, whatever the data and the user's
    choice; for a metric that means just that one, such as a count of digits.
    """

    lower_is_better: ClassVar[dict[str, bool]] = {}
    fewest: ClassVar[int] = 2
    fakes: ClassVar[int | None] = None
    split: ClassVar[str] = "test"
    default: ClassVar[bool] = True
    features_of: ClassVar[str | None] = None

    def check(self, real: Samples) -> None:  # noqa: B027 - most metrics take any data
        """Called before anything is computed. Raise UsageError, with a sentence, where the metric
        is not for data like this: for vectors only, say, or for labelled images."""

    @abstractmethod
    def __call__(self, real: Samples, fake: Samples) -> dict[str, float]:
        """The results by name. Both are uint8 images (fakes quantised as they would be saved), or
        both float vectors. ``fake.y``: the labels asked for, of a conditional model; else None."""
