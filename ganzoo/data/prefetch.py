"""Samples read one batch ahead, by a thread, and copied to the device while it computes."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import torch
from torch import Tensor

Rows = dict[str, Tensor]


class Prefetch:
    """Rows of tensors that lie on the CPU, on ``device``. The next rows may be announced, and are
    then read by a thread while the device computes.

    For CUDA the rows are read into page-locked memory and copied on a stream of their own, so that
    neither the thread nor the device waits for the copy.
    """

    def __init__(self, tensors: Mapping[str, Tensor], device: torch.device) -> None:
        self.tensors, self.device = tensors, device
        self._stream: torch.cuda.Stream | None = None
        if device.type == "cuda":
            self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="ganzoo-prefetch")
        self._announced: tuple[Tensor, Future[Rows]] | None = None

    def rows(self, chosen: Tensor) -> Rows:
        """The rows ``chosen``, int64 (n,), of each tensor, on the device."""
        announced, self._announced = self._announced, None
        if announced is None:
            return self._ready(self._read(chosen))
        expected, future = announced
        read = future.result()  # waits in any case: the page-locked memory is the thread's
        return self._ready(read if torch.equal(expected, chosen) else self._read(chosen))

    def announce(self, chosen: Tensor) -> None:
        """Begin to read the rows that the next call of :meth:`rows` will probably ask for."""
        self._announced = chosen, self._pool.submit(self._read, chosen)

    def _read(self, chosen: Tensor) -> Rows:
        if self._stream is None:
            return {
                name: tensor.index_select(0, chosen).to(self.device)
                for name, tensor in self.tensors.items()
            }
        with torch.cuda.stream(self._stream):
            return {name: self._sent(tensor, chosen) for name, tensor in self.tensors.items()}

    def _sent(self, tensor: Tensor, chosen: Tensor) -> Tensor:
        shape = (len(chosen), *tensor.shape[1:])
        locked = torch.empty(shape, dtype=tensor.dtype, pin_memory=True)
        torch.index_select(tensor, 0, chosen, out=locked)
        # torch keeps page-locked memory until the copies from it are done.
        return locked.to(self.device, non_blocking=True)

    def _ready(self, rows: Rows) -> Rows:
        """The rows, for the stream that the training computes on."""
        if self._stream is not None:
            computing = torch.cuda.current_stream(self.device)
            computing.wait_stream(self._stream)
            for tensor in rows.values():
                tensor.record_stream(computing)  # its memory is not used again before then
        return rows
