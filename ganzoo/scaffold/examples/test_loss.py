"""The loss compared with values computed by hand."""

import pytest
import torch
from ganzoo import Batch, Scores

from loss import Hinge


def scores(*values: float) -> Scores:
    return Scores(torch.tensor(values, requires_grad=True), Batch())


def test_the_loss_of_d_is_positive_inside_the_margin() -> None:
    loss = Hinge().discriminator(real=scores(3.0, 0.0), fake=scores(-0.5, -2.0))
    assert loss.item() == pytest.approx((0 + 1) / 2 + (0.5 + 0) / 2)


def test_g_raises_the_scores_of_its_samples() -> None:
    assert Hinge().generator(None, scores(3.0, 1.0)).item() == pytest.approx(-2.0)
