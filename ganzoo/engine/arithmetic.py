"""The arithmetic of a training: the precision of its forward and backward passes, and the memory
format of the convolutions' weights and of the images. ``probe`` chooses both by a measurement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import torch
from torch import nn

from ganzoo.errors import UsageError, near
from ganzoo.recipe import Precision

MemoryFormat = Literal["contiguous", "channels-last"]
AUTO = "auto"
MEASURED: list[Precision] = ["fp32", "bf16"]  # that auto chooses from
_AUTOCAST = {"bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True)
class Arithmetic:
    """The precision and the memory format of a training.

    precision: the precision of the forward and backward passes; weights and optimizers are float32.
    With tf32, the factors of products of float32 matrices are rounded to 10 bits of mantissa.
    memory_format: the memory format of weights with four dimensions; "channels-last" is
    torch.channels_last. seconds: the measured time of a step with each alternative, by the name of
    the alternative; empty if no measurement was made.
    """

    precision: Precision = "fp32"
    memory_format: MemoryFormat = "contiguous"
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of this alternative in ``seconds``."""
        return f"{self.precision} {self.memory_format}"

    @property
    def dtype(self) -> torch.dtype:
        """The type in which products of matrices are computed."""
        return _AUTOCAST.get(self.precision, torch.float32)

    def autocast(self, device: torch.device) -> torch.autocast:
        """The context of the forward passes on that device."""
        return torch.autocast(
            device.type,
            _AUTOCAST.get(self.precision, torch.bfloat16),
            enabled=self.precision in _AUTOCAST,
        )

    def products(self) -> AbstractContextManager[None]:
        """The context of the forward and the backward pass: the precision of float32 products."""
        return _tf32() if self.precision == "tf32" else nullcontext()

    def arrange(self, module: nn.Module) -> None:
        """Change the module's weights to this memory format, in place."""
        if self.memory_format == "channels-last":
            module.to(memory_format=torch.channels_last)

    def to_dict(self) -> dict[str, Any]:
        """The arithmetic as config.json has it."""
        return {
            "precision": self.precision,
            "memory_format": self.memory_format,
            "seconds_per_step": dict(self.seconds),
        }

    @staticmethod
    def from_dict(config: Mapping[str, Any]) -> Arithmetic:
        """The arithmetic of the run with this config.json."""
        return Arithmetic(config["precision"], config.get("memory_format", "contiguous"))


@contextmanager
def _tf32() -> Iterator[None]:
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def precisions(name: str) -> list[Precision]:
    """The precision ``name``, or the measured precisions if ``name`` is ``auto``. Raises UsageError
    for an unknown name."""
    return MEASURED if name == AUTO else _allowed("precision", name, list(get_args(Precision)))


def memory_formats(name: str) -> list[MemoryFormat]:
    """The memory format ``name``, or all memory formats if ``name`` is ``auto``. Raises UsageError
    for an unknown name."""
    return _allowed("memory format", name, list(get_args(MemoryFormat)))


def _allowed(noun: str, name: str, known: list[Any]) -> list[Any]:
    if name == AUTO:
        return known
    if name not in known:
        raise UsageError(f"There is no {noun} {name!r}. {near(name, [AUTO, *known])}")
    return [name]
