"""torch's optimizers without torch's compiler.

torch decorates the methods of its optimizers for ``torch.compile``. When a decorated method is
first called, torch imports its compiler, ``torch._dynamo``, which takes seconds; each later call
goes through the decorator. ganzoo compiles no optimizer, so the classes here call the functions
under the decorators. Where a version of torch decorates nothing, they are torch's own classes.
"""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch.optim import Optimizer


class Uncompiled(Optimizer):
    """The decorated methods of the base class of all optimizers that ganzoo calls, without their
    decorators."""

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        inspect.unwrap(Optimizer.add_param_group)(self, param_group)

    def state_dict(self) -> dict[str, Any]:
        state: dict[str, Any] = inspect.unwrap(Optimizer.state_dict)(self)
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        inspect.unwrap(Optimizer.load_state_dict)(self, state_dict)


def _step(kind: type[Optimizer]) -> Any:
    """The class's ``step`` without its decorators, of which one switches gradients off."""
    return torch.no_grad()(inspect.unwrap(kind.step))


class Adam(Uncompiled, torch.optim.Adam):
    step = _step(torch.optim.Adam)


class AdamW(Uncompiled, torch.optim.AdamW):
    step = _step(torch.optim.AdamW)


class SGD(Uncompiled, torch.optim.SGD):
    step = _step(torch.optim.SGD)


class RMSprop(Uncompiled, torch.optim.RMSprop):
    step = _step(torch.optim.RMSprop)
