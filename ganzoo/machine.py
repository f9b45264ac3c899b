"""The machine that a published number was measured on."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import torch

CPUINFO = Path("/proc/cpuinfo")


def machine(device: str) -> dict[str, Any]:
    """The processor, its cores, and torch's threads; with CUDA the graphics card too."""
    about: dict[str, Any] = {
        "processor": processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
    }
    if torch.device(device).type == "cuda":
        about["card"] = torch.cuda.get_device_name(device)
    return about


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
