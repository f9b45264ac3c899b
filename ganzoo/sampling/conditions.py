"""The conditions of rows of a dataset, for samples that are drawn by them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ganzoo.engine.game import Game
from ganzoo.errors import UsageError
from ganzoo.types import Batch, Data, Spec, conditions

TRANSLATE = "`ganzoo translate RUN IMAGE`."


@dataclass(frozen=True)
class Conditions:
    """The conditions of rows of the data, one for each sample. labels: whether the labels of the
    rows are taken too."""

    data: Data
    rows: Tensor
    labels: bool

    @classmethod
    def drawn(cls, data: Data | None, n: int, seed: int, labels: bool) -> Conditions | None:
        """Of n rows, drawn at random under the seed. None for data without conditions."""
        if data is None or not data.cond:
            return None
        return cls(data, rows_drawn(data, n, seed), labels)

    def of(self, piece: Batch, start: int, spec: Spec) -> Batch:
        """The piece of the noise that begins at ``start``; the conditions that it has stay."""
        rows, y = self.rows[start : start + len(piece)], piece.y
        device = None if piece.z is None else piece.z.device
        if self.labels and y is not None and self.data.y is not None:
            y = self.data.y[rows].to(y.device)
        cond = conditions(self.data.cond, rows, spec, device)
        return piece.replace(y=y, cond={**cond, **piece.cond})


def rows_drawn(data: Data, n: int, seed: int) -> Tensor:
    """n rows of the data, drawn at random under the seed, int64: all of them before any comes
    again."""
    dice = torch.Generator().manual_seed(seed)
    epochs = [torch.randperm(len(data), generator=dice) for _ in range(-(-n // len(data)))]
    return torch.cat(epochs)[:n]


def require(game: Game, noise: Batch) -> None:
    """Raises UsageError if the noise lacks a condition that the generator takes."""
    for name in game.conditions():
        if name not in noise.cond and name not in noise.code:
            raise UsageError(
                f"This generator takes a condition {name!r} with each sample: give an "
                f"array of 1 row, or of a row for each, as given={{{name!r}: array}} in "
                f"Python, and as --given {name}=FILE.npy to a command. In Python, "
                "sample takes the conditions of a dataset too, as data=."
                + (f" For images: {TRANSLATE}" if name in game.translations().values() else "")
            )
