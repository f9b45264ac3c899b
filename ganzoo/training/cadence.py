"""The steps of a training at which samples are drawn."""

from __future__ import annotations

from ganzoo.recipe import Recipe

INTERVALS = 30  # in a training whose recipe does not set sample_every


def sample_interval(recipe: Recipe) -> int:
    """The recipe's ``sample_every``. Where it is None, an interval that gives a training about 40
    pictures together with those of the first steps."""
    return recipe.sample_every or -(-recipe.steps // INTERVALS)


def is_drawn(step: int, every: int) -> bool:
    """Whether samples are drawn after the step: at 0, 1, 2, 4, 8, ... below ``every``, because
    samples change fastest at first, and at the multiples of ``every``."""
    return step % every == 0 or (step < every and step.bit_count() == 1)
