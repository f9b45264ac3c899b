"""Small things that several rules do with tensors and modules."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

import safetensors.torch
import torch
from torch import Tensor, nn


def same(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors are equal, bit for bit but for the NaNs."""
    alike = a.shape == b.shape and a.dtype == b.dtype and a.device == b.device
    return alike and torch.allclose(a, b, rtol=0, atol=0, equal_nan=True)


def differing(a: Mapping[str, Tensor], b: Mapping[str, Tensor]) -> list[str]:
    """The names at which two sets of tensors differ."""
    return sorted(k for k in {*a, *b} if k not in a or k not in b or not same(a[k], b[k]))


def saved_and_read(module: nn.Module) -> dict[str, Tensor]:
    """A module's state after a way through a safetensors file, as a checkpoint makes it."""
    tensors = {
        key: tensor.detach().to("cpu", copy=True).contiguous()
        for key, tensor in module.state_dict().items()
    }
    return safetensors.torch.load(safetensors.torch.save(tensors))


@torch.no_grad()
def stir(module: nn.Module, reach: float) -> None:
    """Move all weights by noise, the same every time: first weights of 0 say little."""
    dice = torch.Generator().manual_seed(0)
    for weight in module.parameters():
        weight.add_(torch.randn(weight.shape, generator=dice).to(weight), alpha=reach)


def mixed(tensors: Mapping[str, Tensor]) -> Tensor:
    """A scalar that depends on every value: a sum under random weights."""
    dice = torch.Generator().manual_seed(0)
    return torch.stack(
        [
            (tensor.float() * torch.rand(tensor.shape, generator=dice).to(tensor.device)).sum()
            for tensor in tensors.values()
        ]
    ).sum()


def on_meta() -> AbstractContextManager[Any]:
    """Inside, a tensor that is made without saying on which device lands on one where nothing can
    be computed: so that carelessness shows on a machine without an accelerator too."""
    return torch.device("meta")


@cache
def accelerators() -> tuple[str, ...]:
    """The devices to try things on beside the CPU."""
    here = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return tuple(kind for kind, available in here.items() if available)
