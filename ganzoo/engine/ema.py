"""Averaged weights, from which samples are drawn (arXiv:1806.04498)."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn

from ganzoo.schedules import Schedule


class EMA:
    """Exponential moving averages of networks' weights and buffers, in evaluation mode.

    networks: the averaged twins, by role. decay: a number, or the schedule of one, in which the
    first step is at 0. The decay after step t is the least of ``decay`` and
    (1 + t) / (1 + ramp + t), so that the random start is soon forgotten: until ``decay`` is
    reached, the weight of step t is as t^(ramp - 1), and with a ramp of 1 all steps weigh the same.
    With a decay of 0 the twins are the networks themselves, sharing their weights.
    """

    def __init__(
        self, networks: Mapping[str, nn.Module], decay: float | Schedule, ramp: float = 9.0
    ) -> None:
        self.decay, self.ramp = decay, ramp
        theirs = [tensor for network in networks.values() for tensor, _ in _tensors(network)]
        shared = {} if decay else {id(tensor): tensor for tensor in theirs}
        self.networks = {
            role: copy.deepcopy(network, shared).eval() for role, network in networks.items()
        }
        ours = [pair for network in self.networks.values() for pair in _tensors(network)]
        self._averaged: list[tuple[Tensor, Tensor]] = []
        self._copied: list[tuple[Tensor, Tensor]] = []
        for (own, copied), trained in zip(ours, theirs, strict=True):
            counts = copied or not own.is_floating_point()  # a counter has no average
            (self._copied if counts else self._averaged).append((own, trained))

    def state(self) -> dict[str, Tensor]:
        """The weights and buffers of the twins, by role and name."""
        return {
            f"{role}.{key}": tensor
            for role, network in self.networks.items()
            for key, tensor in network.state_dict().items()
        }

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """The inverse of :meth:`state`."""
        for role, network in self.networks.items():
            start = f"{role}."
            network.load_state_dict(
                {k.removeprefix(start): t for k, t in state.items() if k.startswith(start)}
            )

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights as they are after ``step`` steps."""
        if not self.decay:
            return
        decay = self.decay.value(step - 1) if isinstance(self.decay, Schedule) else self.decay
        decay = min(decay, (1 + step) / (1 + self.ramp + step))
        torch._foreach_lerp_(
            [ours for ours, _ in self._averaged],
            [theirs for _, theirs in self._averaged],
            1 - decay,
        )
        for ours, theirs in self._copied:
            ours.copy_(theirs)


def part_of(number: int) -> str:
    """The name of an average's part of a checkpoint: ema for the first one, then ema-2 and so
    on."""
    return "ema" if number == 1 else f"ema-{number}"


def _tensors(network: nn.Module) -> Iterator[tuple[Tensor, bool]]:
    """Each weight and buffer once, and whether an average takes it over as it is."""
    copied = {
        id(getattr(module, name))
        for module in network.modules()
        for name in getattr(module, "copied_buffers", ())
    }
    for tensor in (*network.parameters(), *network.buffers()):
        yield tensor, id(tensor) in copied
