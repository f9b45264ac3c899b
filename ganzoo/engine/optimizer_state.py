"""The state of a torch optimizer as tensors, for a checkpoint."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

_NUMBERS = {"bool": bool, "int": int, "float": float}  # a bool is an int, a NumPy float a float
_GROUP = "group"


class OptimizerState:
    """Reads and sets the state of ``optimizer``: the tensors and the numbers that it keeps for each
    weight, and the numbers that it changes in its groups, as Prodigy does with its estimate d.
    ``set_by_others``: for each group, the names of numbers that others set before each step."""

    def __init__(
        self, optimizer: torch.optim.Optimizer, set_by_others: Iterable[Collection[str]]
    ) -> None:
        self._optimizer = optimizer
        self._others = [{"params", *names} for names in set_by_others]
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
            for name in group.keys() - self._others[index]:
                value = group[name]
                if isinstance(value, int | float) and value != first.get(name):
                    found |= _tensor(f"{_GROUP}.{index}.{name}", value)
        return found

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """The inverse of :meth:`tensors`."""
        groups = self._optimizer.state_dict()["param_groups"]
        for group, first, others in zip(groups, self._first, self._others, strict=True):
            group |= {name: first[name] for name in first.keys() - others}
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
    kind = next((kind for kind, known in _NUMBERS.items() if isinstance(value, known)), None)
    if kind is None:
        return {}
    return {f"{name}:{kind}": torch.tensor(value, dtype=torch.float64 if kind == "float" else None)}


def _value(name: str, tensor: Tensor) -> tuple[str, Any]:
    """The inverse of ``_tensor``."""
    plain, _, kind = name.rpartition(":")
    return (plain, _NUMBERS[kind](tensor.item())) if kind in _NUMBERS else (name, tensor)
