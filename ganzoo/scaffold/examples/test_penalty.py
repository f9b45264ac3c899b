"""The penalty compared with values computed by hand."""

from types import SimpleNamespace

import pytest
import torch
from ganzoo import Batch, Scores

from penalty import GradientPenalty


def score(batch: Batch) -> Scores:
    """D(x) = 3 x_1 + 4 x_2, whose gradient has the norm 5 everywhere."""
    return Scores(batch.x @ torch.tensor([3.0, 4.0]), batch)


def test_the_penalty_is_the_squared_difference_of_the_norm_and_1() -> None:
    game = SimpleNamespace(score=score)
    real, fake = (score(Batch(x=torch.randn(8, 2))) for _ in range(2))
    term = GradientPenalty(weight=0.5)(game, real, fake)
    assert term.item() == pytest.approx(0.5 * (5 - 1) ** 2)
