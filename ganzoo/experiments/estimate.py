"""The time that the trainings of a sweep will take, from a few steps of each combination."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from ganzoo.assembly.schedules import fixed
from ganzoo.assembly.variants import bound_networks
from ganzoo.engine.arithmetic import Arithmetic, precisions
from ganzoo.engine.engine import Engine
from ganzoo.experiments.feasibility import Feasibility
from ganzoo.recipe import Recipe
from ganzoo.registry import Registry
from ganzoo.rng import seeded

ENOUGH = 0.5  # seconds of measured steps
STEPS = 20  # measured steps at most


def seconds_per_step(
    recipe: Recipe, fits: Feasibility, registry: Registry, *, precision: str, jobs: int
) -> float:
    """The seconds of a training step on the CPU, in one of ``jobs`` processes that share the cores.
    The random generators are not changed."""
    part, data, game = fits.game(recipe)
    with seeded(0), _threads(jobs):
        recipe = fixed(bound_networks(recipe.replace(dataset=part), game, registry), registry)
        game.prepare(data)
        arithmetic = Arithmetic(precisions(precision)[0])
        engine = Engine(game, data, recipe, device="cpu", arithmetic=arithmetic)
        engine.advance()  # the first step also prepares the kernels
        started, steps = time.perf_counter(), 0
        while steps < STEPS and (steps == 0 or time.perf_counter() - started < ENOUGH):
            engine.advance()
            steps += 1
        return (time.perf_counter() - started) / steps


@contextmanager
def _threads(jobs: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(max(1, min(before, (os.cpu_count() or 1) // jobs)))
    try:
        yield
    finally:
        torch.set_num_threads(before)
