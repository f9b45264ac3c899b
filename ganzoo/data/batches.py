"""Batches of a dataset: shuffled by index, scaled on the device."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ganzoo.data.prefetch import Prefetch
from ganzoo.errors import GanzooError
from ganzoo.types import Batch, Data, Spec, conditions, scale


class Batches:
    """An endless stream of batches. Every sample comes once per epoch.

    The array lies on ``device`` in its own type (uint8 images take a quarter of the memory of
    float32). If ``resident`` is false, the array stays where it is, for example memory-mapped, and
    only the batches are moved to ``device``; ``prefetch``: each is read while the device computes
    with the one before. A batch at the end of an epoch continues in the next epoch, so all batches
    have the same size. ``rows``: those of each batch that are wanted here; a process of several
    takes its share. ``weights``: (N,), how likely each row is in a batch; the rows of a batch are
    then drawn with replacement. All random numbers come from torch's global CPU generator. Raises
    GanzooError for an empty dataset.
    """

    def __init__(
        self,
        data: Data,
        spec: Spec,
        batch_size: int,
        device: torch.device,
        *,
        resident: bool = True,
        prefetch: bool = False,
        rows: slice = slice(None),
        weights: Tensor | None = None,
    ) -> None:
        if not len(data):
            raise GanzooError("The dataset has no samples: there is nothing to train on.")
        self.spec, self.batch_size, self.device, self.rows = spec, batch_size, device, rows
        self.x = data.x.to(device) if resident else data.x
        self.y = None if data.y is None else data.y.to(self.x.device)
        self.cond = {name: values.to(self.x.device) for name, values in data.cond.items()}
        self._ends = None if weights is None else _ends(weights, len(data))
        prefetch = prefetch and weights is None  # the rows of the next batch are not known ahead
        self._prefetch = Prefetch(self._tensors(), device) if prefetch else None
        self._order = self._shuffled()
        self._next = 0

    def __next__(self) -> Batch:
        rows = self._rows(self._indices()[self.rows])
        cond = {name: self._scaled(rows[f"cond.{name}"]) for name in self.cond}
        return Batch(x=scale(rows["x"], self.spec), y=rows.get("y"), cond=cond)

    def _tensors(self) -> dict[str, Tensor]:
        y = {} if self.y is None else {"y": self.y}
        return {"x": self.x, **y, **{f"cond.{name}": values for name, values in self.cond.items()}}

    def _rows(self, chosen: Tensor) -> dict[str, Tensor]:
        """The rows of each tensor, on the device."""
        if self._prefetch is None:
            chosen = chosen.to(self.x.device)
            return {
                name: _selected(values, chosen).to(self.device)
                for name, values in self._tensors().items()
            }
        rows = self._prefetch.rows(chosen)
        # The next epoch is not shuffled ahead of its time: that would change the random numbers of
        # the training, and the state would have an order that no batch has been drawn from.
        following = self._order[self._next : self._next + self.batch_size]
        if len(following) == self.batch_size:
            self._prefetch.announce(following[self.rows])
        return rows

    def conditions(self, count: int) -> dict[str, Tensor]:
        """The conditions of the first ``count`` samples, by name; of fewer samples they repeat."""
        rows = torch.arange(count, device=self.x.device) % len(self.x)
        return conditions(self.cond, rows, self.spec, self.device)

    def _scaled(self, values: Tensor) -> Tensor:
        return scale(values, self.spec) if values.dtype == torch.uint8 else values

    def _indices(self) -> Tensor:
        if self._ends is not None:
            places = torch.rand(self.batch_size, dtype=torch.float64) * self._ends[-1]
            return torch.searchsorted(self._ends, places, right=True).clamp(max=len(self._ends) - 1)
        pieces, missing = [], self.batch_size
        while missing:
            if self._next == len(self._order):
                self._order, self._next = self._shuffled(), 0
            piece = self._order[self._next : self._next + missing]
            pieces.append(piece)
            self._next += len(piece)
            missing -= len(piece)
        return pieces[0] if len(pieces) == 1 else torch.cat(pieces)

    def _shuffled(self) -> Tensor:
        return torch.randperm(len(self.x))

    def state(self) -> dict[str, Tensor]:
        """The position of the stream: the order of the epoch, and the next index in it."""
        return {"order": self._order, "next": torch.tensor(self._next)}

    def restore(self, state: dict[str, Tensor]) -> None:
        """The inverse of :meth:`state`. Raises ValueError for the state of another dataset."""
        order, place = state["order"], int(state["next"])
        if not torch.equal(order.sort().values, torch.arange(len(self.x))):
            raise ValueError("the order of the data is not the order of an epoch")
        if not 0 <= place <= len(order):
            raise ValueError(f"the position in the data is {place}, of {len(order)}")
        self._order, self._next = order, place


def _ends(weights: Tensor, count: int) -> Tensor:
    """The sums of the first 1, 2, ... weights, float64: of a number that is uniform between 0 and
    the last sum, the first sum above it is that of a row that is drawn by its weight."""
    if weights.shape != (count,):
        raise GanzooError(
            f"The weights of {count:,} rows have the shape ({count},), and not "
            f"{tuple(weights.shape)}: mend row_weights of the game."
        )
    ends = weights.double().cpu().cumsum(0)
    if not (weights >= 0).all() or not 0 < float(ends[-1]) < math.inf:
        raise GanzooError("The weights of the rows must be at least 0, finite, and not all 0.")
    return ends


def _selected(values: Tensor, chosen: Tensor) -> Tensor:
    """Some rows of a tensor."""
    if values.dtype != torch.uint16:
        return values.index_select(0, chosen)
    # torch has few operations for uint16, and on some devices this one is not among them.
    return values.view(torch.int16).index_select(0, chosen).view(torch.uint16)
