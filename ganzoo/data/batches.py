"""Batches of a dataset: shuffled by index, scaled on the device."""

from __future__ import annotations

import torch
from torch import Tensor

from ganzoo.errors import GanzooError
from ganzoo.types import Batch, Data, Spec, conditions, scale


class Batches:
    """An endless stream of batches. Every sample comes once per epoch.

    The array lies on ``device`` in its own type (uint8 images take a quarter of the memory of
    float32). If ``resident`` is false, the array stays where it is, for example memory-mapped, and
    only the batches are moved to ``device``. A batch at the end of an epoch continues in the next
    epoch, so all batches have the same size. All random numbers come from torch's global CPU
    generator. Raises GanzooError for an empty dataset.
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
        return conditions(self.cond, rows, self.spec, self.device)

    def _indices(self) -> Tensor:
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
