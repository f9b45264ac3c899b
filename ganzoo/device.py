"""The device that a run uses."""

from __future__ import annotations

import torch

from ganzoo.errors import UsageError, near

DEVICES = ("auto", "cpu", "cuda", "mps")
ONLY_CUDA = ("tf32", "fp16")  # precisions


def is_cuda(name: str) -> bool:
    """Whether a device of that name is an NVIDIA or AMD graphics card, which torch calls CUDA."""
    return torch.device(name).type == "cuda"


def choose_device(name: str, precision: str = "fp32") -> str:
    """``auto`` is the fastest kind there is. Raises UsageError for a device that is not here, or
    that a precision is not for."""
    device = _chosen(name)
    if precision in ONLY_CUDA and not is_cuda(device):
        raise UsageError(
            f"The precision {precision} is for a GPU with CUDA, and the device here is {device}. "
            "Try --precision fp32 or --precision bf16."
        )
    return device


def _chosen(name: str) -> str:
    here = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        return next(device for device, available in here.items() if available)
    kind, _, index = name.partition(":")
    if kind not in here:
        raise UsageError(f"There is no device {name!r}. {near(kind, DEVICES)}")
    if not here[kind]:
        raise UsageError(f"This machine has no {kind} that torch can use. Try --device auto.")
    if index and (
        kind != "cuda" or not index.isdecimal() or int(index) >= torch.cuda.device_count()
    ):
        raise UsageError(f"There is no device {name!r} here.")
    return name
