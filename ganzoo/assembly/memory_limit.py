"""A limit of the memory that a game from somebody else's file may take while it is built."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from ganzoo.engine.uncompiled import DispatchMode
from ganzoo.errors import GanzooError

_TIMES = 4  # a weight is made once, and initialised by way of some tensors of its size
_FREE = 64 << 20  # bytes; for buffers that are in no file


class MemoryLimit(DispatchMode):
    """While it is entered, torch makes new tensors of 4 times ``stored`` bytes and 64 MiB at most.

    stored: the bytes of the weights that are to be loaded into the networks. source: the file that
    the weights are in. A configuration with a width of a million is refused before its weights take
    memory: raises GanzooError in the call that would make them.
    """

    def __init__(self, stored: int, source: object) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.stored, self.source, self.made = stored, source, 0

    def __torch_dispatch__(
        self, func: Any, types: Iterable[type], args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if any(argument.name == "device" for argument in func._schema.arguments):
            self.made += _size(func, args, kwargs)
            if self.made > _TIMES * self.stored + _FREE:
                raise GanzooError(
                    f"The networks in the configuration of {self.source} do not fit its weights: "
                    f"they take more than {self.made >> 20:,} MiB, and the weights are "
                    f"{self.stored / 2**20:,.1f} MiB. The file is damaged, or was not written by "
                    "ganzoo."
                )
        return func(*args, **kwargs)


def _size(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> int:
    """The bytes of the tensor that a factory function would make: on the meta device, tensors have
    a shape and no memory. 0 for a function that the meta device does not have."""
    kwargs = {key: value for key, value in kwargs.items() if key != "pin_memory"}
    if "generator" in kwargs:  # a generator is of one device
        kwargs["generator"] = None
    try:
        made = func(*args, **{**kwargs, "device": torch.device("meta")})
    except (NotImplementedError, RuntimeError):
        return 0
    return made.nbytes if isinstance(made, Tensor) else 0
