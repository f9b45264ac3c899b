"""The processes that train one game together. Here: one process alone.

Everything that a training does differently in several processes is a method of World, and each
does nothing in one process. ``ganzoo.engine.distributed.Ranks`` is the form of several processes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from ganzoo.engine.game import Game
    from ganzoo.interfaces import NoisePrior
    from ganzoo.types import Batch

LAUNCHED = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")  # as torchrun sets them


def several() -> bool:
    """Whether torchrun, or another launcher with its environment variables, has started this
    process as one of several."""
    return all(name in os.environ for name in LAUNCHED) and int(os.environ["WORLD_SIZE"]) > 1


class World:
    """One process that trains alone.

    rank: the number of this process, from 0. size: how many processes there are. rows: those of a
    global batch that this process computes.
    """

    rank = 0
    size = 1
    rows = slice(None)

    @property
    def is_first(self) -> bool:
        """Whether this process writes the files and the output of the training."""
        return self.rank == 0

    def device(self, name: str) -> str:
        """The device of this process, where the training was asked to be on the device ``name``."""
        return name

    def prepare(self, game: Game, *, sync_batch_norm: bool) -> None:
        """Called before the optimizers are made. Where asked to, the batch normalisations of all
        networks get the statistics of the global batch, which one process has anyway. Raises
        UsageError for a game that cannot be trained with this process's share of a batch."""

    def noise(self, prior: NoisePrior, n: int, device: torch.device) -> Batch:
        """Noise for ``n`` samples of this process: its rows of the noise of the global batch."""
        return prior.draw(n, device=device)

    def own_draws(self, step: int) -> AbstractContextManager[None]:
        """A context in which torch's global generators draw other numbers in each process. Outside
        of it they draw the same numbers in all of them. Only the forward and backward pass of an
        update in ``step`` is inside."""
        return nullcontext()

    def moved_together(self, game: Game) -> AbstractContextManager[None]:
        """A context of one update, at whose end the state of the game outside of its networks (of
        its losses, penalties and augmentations) has moved by the mean of the processes' moves."""
        return nullcontext()

    def average_gradients(self, parameters: Sequence[nn.Parameter]) -> None:
        """Replace each gradient by the mean over the processes."""

    def average(self, tensor: Tensor) -> Tensor:
        """The mean over the processes."""
        return tensor

    def align(self, tensors: Iterable[Tensor]) -> None:
        """Overwrite the tensors, and the states of torch's global generators, by those of the
        first process."""

    def text(self, text: str) -> str:
        """The text of the first process."""
        return text

    def stops(self, asked: bool) -> bool:
        """Whether all processes stop after this step, since one of them was ``asked`` to. Several
        processes may answer it some steps later."""
        return asked

    def agrees(self, asked: bool) -> bool:
        """Whether one of the processes was ``asked`` to, in this very step."""
        return asked
