"""The state of a torch optimizer as tensors, for a checkpoint."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import torch
from torch import Tensor

_NUMBERS = {"int": int, "float": float, "bool": bool}
_GROUP = "group"


class OptimizerState:
    """Reads and sets the state of ``optimizer``: the tensors and the numbers that it keeps for each
    weight, and the numbers that it changes in its groups, as Prodigy does with its estimate d.
    ``set_by_others``: names of numbers in the groups that others set before each step."""

    def __init__(self, optimizer: torch.optim.Optimizer, set_by_others: Collection[str]) -> None:
        self._optimizer, self._others = optimizer, {"params", *set_by_others}
        self._first = [dict(group) for group in optimizer.param_groups]

    def tensors(self) -> dict[str, Tensor]:
        """The state by name: INDEX.NAME for a weight, group.INDEX.NAME for a group; a number's name
        ends in its type, such as 0.step:int, and its tensor has no dimensions."""
        found: dict[str, Tensor] = {}
        for index, values in self._optimizer.state_dict()["state"].items():
            for name, value in values.items():
                found |= _tensor(f"{index}.{name}", value)
        for index, group in enumerate(self._optimizer.param_groups):
            first = self._first[index]
            for name in group.keys() - self._others:
                value = group[name]
                if type(value) in _NUMBERS.values() and value != first.get(name):
                    found |= _tensor(f"{_GROUP}.{index}.{name}", value)
        return found

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """The inverse of :meth:`tensors`."""
        groups = self._optimizer.state_dict()["param_groups"]
        for group, first in zip(groups, self._first, strict=True):
            group |= {name: first[name] for name in first.keys() - self._others}
        weights = [weight for group in self._optimizer.param_groups for weight in group["params"]]
        state: dict[int, dict[str, Any]] = {}
        for key, tensor in tensors.items():
            name, value = _value(key, tensor)
            index, _, name = name.partition(".")
            if index == _GROUP:
                index, _, name = name.partition(".")
                groups[int(index)][name] = value
                continue
            weight = weights[int(index)]
            if isinstance(value, Tensor) and value.shape == weight.shape:
                # one kernel moves both, so they are laid out alike
                value = torch.empty_like(weight, dtype=value.dtype).copy_(value)
            state.setdefault(int(index), {})[name] = value
        self._optimizer.load_state_dict({"state": state, "param_groups": groups})


def _tensor(name: str, value: Any) -> dict[str, Tensor]:
    """The named value as a tensor; nothing for a value that is neither a tensor nor a number."""
    if isinstance(value, Tensor):
        return {name: value}
    kind = type(value).__name__
    if kind not in _NUMBERS:
        return {}
    return {f"{name}:{kind}": torch.tensor(value, dtype=torch.float64 if kind == "float" else None)}


def _value(name: str, tensor: Tensor) -> tuple[str, Any]:
    """The inverse of ``_tensor``."""
    plain, _, kind = name.rpartition(":")
    return (plain, _NUMBERS[kind](tensor.item())) if kind in _NUMBERS else (name, tensor)
