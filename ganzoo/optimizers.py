"""Optimizers from their recipe, and their settings moved along the recipe's schedules."""

from __future__ import annotations

import inspect
from collections.abc import Iterable

import msgspec
import torch
from torch.nn import Parameter

from ganzoo.recipe import SGD, Adam, Optimizer, RMSprop

_CLASSES = {Adam: torch.optim.Adam, SGD: torch.optim.SGD, RMSprop: torch.optim.RMSprop}


class Scheduled:
    """One player's optimizer. ``parameters``: what it moves, in a fixed order."""

    def __init__(self, recipe: Optimizer, parameters: Iterable[Parameter]) -> None:
        self.recipe = recipe
        self.parameters = [p for p in parameters if p.requires_grad]
        settings = msgspec.structs.asdict(recipe)
        self._schedules = {"lr": settings.pop("schedule")}
        if "momentum_schedule" in settings:
            self._schedules["momentum"] = settings.pop("momentum_schedule")
        kind = _CLASSES[type(recipe)]
        if "fused" in inspect.signature(kind).parameters:  # one kernel for all the weights
            settings["fused"] = True
        self.optimizer: torch.optim.Optimizer = kind(self.parameters, **settings)

    def step(self, step: int) -> None:
        """Move the weights by their gradients, at the settings due in round ``step`` (from 1), and
        forget the gradients."""
        for group in self.optimizer.param_groups:
            for name, schedule in self._schedules.items():
                group[name] = schedule.at(step - 1, getattr(self.recipe, name))
        self.optimizer.step()
        self.optimizer.zero_grad()

    def state(self) -> dict[str, torch.Tensor]:
        """The optimizer's tensors, by parameter index and name; everything else is the recipe's."""
        state = self.optimizer.state_dict()["state"]
        return {
            f"{index}.{name}": value
            for index, values in state.items()
            for name, value in values.items()
            if isinstance(value, torch.Tensor)
        }

    def restore(self, tensors: dict[str, torch.Tensor]) -> None:
        state: dict[int, dict[str, torch.Tensor]] = {}
        for key, value in tensors.items():
            index, _, name = key.partition(".")
            state.setdefault(int(index), {})[name] = value
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": state, "param_groups": groups})
