"""The machine and the versions that a measurement was made with."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import torch

from ganzoo import machine as hardware


def machine(device: str) -> dict[str, object]:
    """The processor and the device, and the versions of the libraries that compute."""
    return {
        **hardware.machine(device),
        "device": torch.cuda.get_device_name() if device == "cuda" else device,
        "system": platform.system(),
        "python": platform.python_version(),
        "versions": {name: found for name in LIBRARIES if (found := installed(name))},
    }


LIBRARIES = ("ganzoo", "torch", "torchvision", "torchgan", "numpy")


def installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
