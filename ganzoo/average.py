"""The generator's averaged weights, from which samples are drawn (arXiv:1806.04498)."""

from __future__ import annotations

import copy

import torch
from torch import Tensor

from ganzoo.interfaces import Generator


class Average:
    """An exponential moving average of a generator's weights and buffers, in evaluation mode.

    The decay after round t is min(decay, (1 + t) / (1 + ramp + t)), so that the random start is
    soon forgotten: until ``decay`` is reached, the weight of round t is as t^(ramp - 1), and with a
    ramp of 1 all rounds weigh the same. With a decay of 0 it is the generator itself, sharing its
    weights.
    """

    def __init__(self, generator: Generator, decay: float, ramp: float = 9.0) -> None:
        self.decay, self.ramp = decay, ramp
        theirs = _tensors(generator)
        shared = {} if decay else {id(tensor): tensor for tensor in theirs}
        self.generator = copy.deepcopy(generator, shared).eval()
        self._pairs = list(zip(_tensors(self.generator), theirs, strict=True))

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights as they are after round ``step``."""
        if not self.decay:
            return
        decay = min(self.decay, (1 + step) / (1 + self.ramp + step))
        floats = [pair for pair in self._pairs if pair[0].is_floating_point()]
        torch._foreach_lerp_(
            [ours for ours, _ in floats], [theirs for _, theirs in floats], 1 - decay
        )
        for ours, theirs in self._pairs:
            if not ours.is_floating_point():  # a counter has no average
                ours.copy_(theirs)


def _tensors(module: torch.nn.Module) -> list[Tensor]:
    return [*module.parameters(), *module.buffers()]
