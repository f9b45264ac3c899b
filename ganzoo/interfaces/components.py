"""The parts of a game: networks, penalties, augmentations, noise. Losses are in loss.py."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils.parametrizations import spectral_norm

from ganzoo.errors import UsageError
from ganzoo.types import Batch, Data, Scores, Spec

if TYPE_CHECKING:
    from ganzoo.engine.game import Game
    from ganzoo.schedules import Schedule


class Component(nn.Module):
    """A part of a game: a network, a loss, a penalty, an augmentation, a prior, or the game itself.

    schedules: the schedules of the options that change during the training, by the option's name.
    ``build`` sets them. Before each step the engine sets the attribute of each such option.
    capturable: whether an update with this component may be captured as a CUDA graph, which replays
    the same kernels on the same tensors, and runs no Python. Therefore ``forward`` and the losses
    must not choose by a tensor's value, by a Python random number or by the number of the step;
    state must lie in buffers that are changed in place; and a scheduled number is a tensor of shape
    () in a capture. Set it to False for a component that does not satisfy these conditions.
    """

    schedules: Mapping[str, Schedule] = {}
    capturable: bool = True

    def check(self, game: Game) -> None:
        """Called when the game is complete, before the training. Raise UsageError, with a
        sentence, if this component cannot be used in the game: for example, a loss that needs
        labels on data without labels (``game.spec.classes``), or a penalty on weights that a layer
        of the discriminator normalises."""

    def at(self, step: int, steps: int) -> None:
        """Called before each step. ``step``: the number of the step, from 1. ``steps``: the number
        of steps of the training. A class that overrides this method is captured as a CUDA graph
        only if it sets ``capturable`` itself."""


class Network(Component):
    """A network that has a role in a game.

    takes: names of further tensors of a batch that ``forward`` takes as keyword arguments, after
    its first argument: ``y`` for the labels, ``z``, or an entry of the batch's code or cond.
    copied_buffers: names of buffers of this module that the average of the weights copies, since
    the mean of such a buffer has no meaning.
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
                "labelled dataset, or another network; the classes of a folder of images are its "
                "subfolders, two or more"
            )

    def report(self) -> dict[str, Tensor]:
        """Scalars for the log, from every update, without gradients."""
        return {}

    def apply_spectral_norm(self) -> None:
        """Divide the weights of every linear and convolutional layer by their largest singular
        value, estimated by one power iteration in each forward pass (arXiv:1802.05957, equation 8,
        algorithm 1). Call it in the constructor, after the layers are made."""
        for module in list(self.modules()):
            if isinstance(module, nn.Linear | nn.modules.conv._ConvNd):
                if not module.weight.any():
                    raise UsageError("A layer whose weights are all 0 has no spectral norm.")
                spectral_norm(module)


class Generator(Network):
    """Makes samples from noise: ``forward(z) -> x``, (N, z_dim) -> (N, *spec.shape).

    x is in the range [spec.low, spec.high]. A generator with styles also has ``styles``,
    ``synthesise`` and ``mean_style``, and its ``forward(z)`` is ``synthesise(styles(z))``.
    """

    def styles(self, z: Tensor, **taken: Tensor) -> Tensor | None:
        """(N, layers, dim): the styles that the samples of z are made from, one for each layer of
        the generator, the coarsest layer first (arXiv:1812.04948, section 2). The keyword arguments
        are those of ``forward``. None for a generator without styles."""
        return None

    def synthesise(self, styles: Tensor) -> Tensor:
        """The samples of styles: (N, layers, dim) -> (N, *spec.shape), for a generator with
        styles."""
        raise NotImplementedError(f"{type(self).__name__} has no styles")

    def mean_style(self) -> Tensor | None:
        """The mean of the styles over all z, (dim,) or (layers, dim), towards which samples can be
        truncated (arXiv:1812.04948, section 2.3); None if it is not known."""
        return None


class Discriminator(Network):
    """Scores samples: ``forward(x) -> score`` or ``(score, aux)``; (N, *spec.shape) -> (N,), or
    (N, ...) if each patch of a sample has a score.

    A high score means real. The score is a logit, a critic value or an energy; the loss interprets
    it. ``aux`` is a dict of further outputs by name, each with N rows.

    gives: the names of the outputs in ``aux``. A component that reads one of them is refused beside
    a discriminator that does not name it (``Game.require_outputs``). Set it in the constructor if
    it depends on the options.
    """

    gives: tuple[str, ...] = ()

    @cached_property
    def joint_batch(self) -> bool:
        """Whether real and fake samples may be scored in one batch, which is faster. False if the
        network has batch norm. Override this if another layer mixes the samples of a batch."""
        return not any(isinstance(module, _BatchNorm) for module in self.modules())


class Penalty(Component):
    """A term added to a player's loss, or a constraint on its weights applied after its update.

    player: the player whose loss the term is added to, and whose networks are projected. interval:
    with an interval of k the term is added in every k-th step, multiplied by k (lazy
    regularisation, arXiv:1912.04958, section 3.1). needs_gradient: whether the penalty
    differentiates the scores by the samples, which must then be leaves that require gradients.
    """

    player: str = "d"
    interval: int = 1
    needs_gradient: bool = False

    def forward(self, game: Game, real: Scores | None, fake: Scores) -> Tensor:
        """The scalar to add. ``game.score`` scores other samples, ``game.networks`` has the
        weights. ``real`` is None in an update of G alone whose loss needs no real samples."""
        return fake.score.new_zeros(())

    def project(self, network: nn.Module) -> None:
        """Called without gradients after the player's update, for each of the player's networks:
        change the network's weights so that they satisfy the constraint."""

    def updated(self, real: Scores | None, fake: Scores) -> None:
        """Called without gradients after each update of the penalty's player: change the penalty's
        own state. ``real``: as in ``forward``."""

    def report(self) -> dict[str, Tensor]:
        """Scalars for the log, from each update of the penalty's player."""
        return {}

    @staticmethod
    def gradient(score: Tensor, x: Tensor) -> Tensor:
        """(N, size): the gradient of each score by its own sample of x, which can be
        differentiated again. If D mixes the samples of a batch, the gradient of a sample includes
        its influence on the scores of the other samples."""
        (gradient,) = torch.autograd.grad(score.sum(), x, create_graph=True)
        return gradient.flatten(1)


class Augmentation(Component):
    """A change of real and fake samples before the discriminator scores them (arXiv:2006.10738).
    A game may have several augmentations, in order. ``forward(batch) -> batch`` must be
    differentiable, since the generator's gradients pass through it.

    joins: how many samples it joins to one, as packing does, which D scores at once: N rows become
    N / joins. A batch that ganzoo makes smaller, for a measurement, stays a multiple of it.
    """

    joins: int = 1

    def d_spec(self, spec: Spec) -> Spec:
        """The spec of the augmented samples, for which D is built, from the spec of the samples."""
        return spec

    def forward(self, batch: Batch) -> Batch:
        """The augmented batch, which D scores. Draw random numbers from torch's global
        generators."""
        return batch

    def updated(self, real: Scores, fake: Scores) -> None:
        """Called without gradients after the discriminator's update: change the augmentation's own
        state, which must be in buffers, so that checkpoints have it."""

    def report(self) -> dict[str, Tensor]:
        """Scalars for the log, from the discriminator's update."""
        return {}


class NoisePrior(Component, ABC):
    """P(z): the distribution of the generator's noise. dim: the length of z. codes: the number of
    elements of z that each latent code has, by the code's name. normal_std: the standard deviation
    of every coordinate of z, if they are independent and normal with mean 0, else None: such a z
    can be truncated."""

    dim: int
    codes: Mapping[str, int] = {}
    normal_std: float | None = None

    @abstractmethod
    def draw(
        self, n: int, *, device: torch.device, generator: torch.Generator | None = None
    ) -> Batch:
        """The noise of n samples: a Batch with z, (n, dim) float32, and the prior's codes, if any.

        All random numbers must come from ``generator`` (None: torch's own for the device)."""

    def report(self) -> dict[str, Tensor]:
        """Scalars for the log, from every update, without gradients."""
        return {}

    def give(self, noise: Batch, name: str, value: float) -> Batch:
        """The noise with the latent code ``name`` set to ``value``, in z and in ``code``. Raise
        UsageError for a value that the code does not have, such as a category that does not exist.
        A code of categories has the whole numbers 0, 1, ... as its values."""
        raise UsageError(f"The prior {type(self).__name__} has no code {name!r} that can be given.")

    def traversal(self, name: str, count: int) -> list[float]:
        """Values of the latent code ``name`` for ``give``: all values of a code with few of them,
        else ``count`` values from the lowest to the highest."""
        if name in self.codes:
            raise UsageError(
                f"The prior {type(self).__name__} does not tell the values of its code {name!r} in "
                "turn: give the code one value, with --given, or choose another code."
            )
        raise UsageError(f"The prior {type(self).__name__} has no code {name!r}.")
