"""The machine and the versions that a measurement was made with."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

CPUINFO = Path("/proc/cpuinfo")


def machine(device: str) -> dict[str, object]:
    """The processor and the device, and the versions of the libraries that compute."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
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


def processor() -> str:
    """The processor's name, and its family and model, which tell apart those of one name."""
    if not CPUINFO.exists():
        return platform.processor()
    lines = (line.partition(":") for line in CPUINFO.read_text().splitlines())
    about = {key.strip(): value.strip() for key, _, value in lines}
    name = about.get("model name", platform.processor())
    if "model" not in about:
        return name
    return f"{name}, family {about.get('cpu family')}, model {about['model']}"
