"""Batches of a resident dataset: shuffled by index, scaled on the device."""

from __future__ import annotations

import torch
from torch import Tensor

from ganzoo.errors import GanzooError
from ganzoo.types import Batch, Data, Spec, scale


class Batches:
    """An endless stream of batches in which every sample comes once an epoch.

    The array is kept on ``device`` as it is (uint8 images take a quarter of their floats), unless
    ``resident`` is false: then it stays where it lies, memory-mapped for one, and each batch is
    moved. A batch that reaches the end of an epoch goes on into the next, so none is ever short.
    All randomness is torch's own CPU generator's. Raises GanzooError for an empty dataset.
    """

    def __init__(
        self,
        data: Data,
        spec: Spec,
        batch_size: int,
        device: torch.device,
        *,
        resident: bool = True,
    ) -> None:
        if not len(data):
            raise GanzooError("The dataset has no samples: there is nothing to train on.")
        self.spec, self.batch_size, self.device = spec, batch_size, device
        self.x = data.x.to(device) if resident else data.x
        self.y = None if data.y is None else data.y.to(self.x.device)
        self.cond = {name: values.to(self.x.device) for name, values in data.cond.items()}
        self._order = self._shuffled()
        self._next = 0

    def __next__(self) -> Batch:
        chosen = self._indices().to(self.x.device)
        x = self.x.index_select(0, chosen).to(self.device)
        y = None if self.y is None else self.y.index_select(0, chosen).to(self.device)
        return Batch(x=scale(x, self.spec), y=y, cond=self._conditions(chosen))

    def conditions(self, count: int) -> dict[str, Tensor]:
        """The conditions of the first ``count`` samples, by name; of fewer samples they repeat."""
        return self._conditions(torch.arange(count, device=self.x.device) % len(self.x))

    def _conditions(self, rows: Tensor) -> dict[str, Tensor]:
        return {
            name: scale(values.index_select(0, rows).to(self.device), self.spec)
            if values.dtype == torch.uint8
            else values.index_select(0, rows).to(self.device)
            for name, values in self.cond.items()
        }

    def _indices(self) -> Tensor:
        pieces, wanted = [], self.batch_size
        while wanted:
            if self._next == len(self._order):
                self._order, self._next = self._shuffled(), 0
            piece = self._order[self._next : self._next + wanted]
            pieces.append(piece)
            self._next += len(piece)
            wanted -= len(piece)
        return pieces[0] if len(pieces) == 1 else torch.cat(pieces)

    def _shuffled(self) -> Tensor:
        return torch.randperm(len(self.x))

    def state(self) -> dict[str, Tensor]:
        """Where the stream is: the epoch's order and the place in it."""
        return {"order": self._order, "next": torch.tensor(self._next)}

    def restore(self, state: dict[str, Tensor]) -> None:
        """The inverse of :meth:`state`. Raises ValueError for what is no place in this dataset."""
        order, place = state["order"], int(state["next"])
        if not torch.equal(order.sort().values, torch.arange(len(self.x))):
            raise ValueError("the order of the data is not that of an epoch")
        if not 0 <= place <= len(order):
            raise ValueError(f"the place in the data is {place}, of {len(order)}")
        self._order, self._next = order, place
