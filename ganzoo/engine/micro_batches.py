"""The batch of an update in equal parts, whose gradients are added up."""

from __future__ import annotations

from torch import nn
from torch.nn import BatchNorm1d
from torch.nn.modules.batchnorm import _BatchNorm

from ganzoo.engine.game import Game
from ganzoo.engine.sync_batch_norm import SyncBatchNorm
from ganzoo.errors import UsageError
from ganzoo.types import Batch


def split(batch: Batch, count: int) -> list[Batch]:
    """The batch in ``count`` equal parts; its size is a multiple of it (``check``)."""
    size = len(batch) // count
    return [batch[start : start + size] for start in range(0, len(batch), size)]


def check(game: Game, size: int, of: str = "A batch", advice: str = "") -> None:
    """Raises UsageError where ``size`` samples cannot be divided into the micro-batches of each
    player, or where batch normalisation would see one sample, which has no variance. ``of``: the
    noun of the sentence, which has the size. ``advice``: a further way out."""
    for player, settings in game.optimizers.items():
        if size % settings.accumulate:
            raise UsageError(
                f"{of} of {size} cannot be split into {settings.accumulate} equal micro-batches: "
                f"choose another batch_size, or another optimizer.{player}.accumulate."
            )
    parts = max((settings.accumulate for settings in game.optimizers.values()), default=1)
    if size > parts:
        return
    had = f"{of} has 1"
    if parts > 1:
        had, advice = f"{of} of {size} is split into {parts}", f", or lower accumulate{advice}"
    # Of a part of a batch, a convolution's batch normalisation still has all pixels of its sample.
    kinds = _BatchNorm if parts == 1 else BatchNorm1d
    for role, network in game.networks.items():
        if any(_alone(module, kinds) for module in network.modules()):
            raise UsageError(
                f"The {role} has batch normalisation, which takes 2 samples or more. {had}: raise "
                f"batch_size{advice}."
            )


def _alone(module: nn.Module, kind: type[nn.Module]) -> bool:
    """Whether a module is of that kind, and normalises the samples of one process."""
    return isinstance(module, kind) and not isinstance(module, SyncBatchNorm)
