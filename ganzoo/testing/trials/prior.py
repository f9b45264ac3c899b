"""A prior, drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ganzoo.assembly.build import component
from ganzoo.interfaces import NoisePrior
from ganzoo.recipe import Part
from ganzoo.registry import Registry
from ganzoo.testing.cases import COUNT
from ganzoo.testing.dice import seeded
from ganzoo.testing.subject import Subject
from ganzoo.testing.trials import TRIALS, Outcome, attempt
from ganzoo.types import Batch


@dataclass(frozen=True)
class PriorTrial:
    """A prior at its defaults."""

    case: str
    part: Part
    registry: Registry

    def build(self, seed: int = 0, **options: Any) -> NoisePrior:
        with seeded(seed):
            part = Part(self.part.name, {**self.part.options, **options})
            prior: NoisePrior = component("prior", part, self.registry)
        return prior

    def run(self, built: NoisePrior) -> Mapping[str, Tensor]:
        return self.draws(built)

    def draws(
        self,
        prior: NoisePrior,
        n: int = COUNT,
        *,
        seed: int = 1,
        generator: torch.Generator | None = None,
        device: str = "cpu",
        around: AbstractContextManager[Any] | None = None,
    ) -> dict[str, Tensor]:
        """What it draws, by name: z and every code. torch's own generators are seeded."""
        with seeded(seed), around or nullcontext():
            return named(prior.draw(n, device=torch.device(device), generator=generator))


def named(batch: Batch) -> dict[str, Tensor]:
    """What a prior filled in."""
    tensors = {f"code[{key!r}]": value for key, value in batch.code.items()}
    if batch.z is not None:
        tensors["z"] = batch.z
    return tensors


def _trials(subject: Subject) -> list[Outcome]:
    return [attempt("", [(False, PriorTrial("", subject.part, subject.registry))])]


TRIALS["prior"] = _trials
