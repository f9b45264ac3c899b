"""Least squares: the loss against numbers by hand and against what its paper proves."""

from __future__ import annotations

import pytest
import torch

from ganzoo import Batch, Registry, Scores
from ganzoo_lsgan.losses import LeastSquares


def scores(*values: float) -> Scores:
    return Scores(torch.tensor(values, dtype=torch.float64, requires_grad=True), Batch())


def test_the_losses_by_hand() -> None:
    """Real scores 1 and 3, fake scores 0 and -2."""
    real, fake = scores(1.0, 3.0), scores(0.0, -2.0)
    assert LeastSquares().discriminator(real, fake).item() == (0 + 4) / 4 + (0 + 4) / 4
    assert LeastSquares().generator(None, fake).item() == (1 + 9) / 4
    assert not LeastSquares.g_needs_real


def test_scores_of_one_and_zero_are_what_the_discriminator_wants() -> None:
    assert LeastSquares().discriminator(scores(1.0, 1.0), scores(0.0)).item() == 0
    assert LeastSquares().generator(None, scores(1.0, 1.0)).item() == 0


def test_the_generators_gradient_grows_with_the_distance_from_one() -> None:
    """(D(G(z)) - 1) / N: fakes on the wrong side of 1 are pulled back too, unlike by a logistic
    loss (section 3.1)."""
    fake = scores(-9.0, 0.0, 1.0, 4.0)
    (slope,) = torch.autograd.grad(LeastSquares().generator(None, fake), fake.score)
    assert slope.tolist() == [-10 / 4, -1 / 4, 0, 3 / 4]


def test_the_best_discriminator_is_p_data_over_p_data_plus_p_g() -> None:
    """On three points with p_data = 5/8, 2/8, 1/8 and p_g = 1/8, 2/8, 5/8, and any scores: the
    loss exceeds its least by half the squared distance from that optimum, weighed by both."""
    p, q = torch.tensor([[5.0, 2.0, 1.0], [1.0, 2.0, 5.0]], dtype=torch.float64) / 8
    real = torch.tensor([0, 0, 0, 0, 0, 1, 1, 2])  # where eight samples of each lie
    fake = torch.tensor([0, 1, 1, 2, 2, 2, 2, 2])

    def loss(score: torch.Tensor) -> torch.Tensor:
        both = (Scores(score[points], Batch()) for points in (real, fake))
        return LeastSquares().discriminator(*both)

    best = (p / (p + q)).requires_grad_()
    (slope,) = torch.autograd.grad(loss(best), best)
    torch.testing.assert_close(slope, torch.zeros_like(slope), atol=1e-12, rtol=0)
    for seed in range(3):
        noise = torch.Generator().manual_seed(seed)
        away = torch.randn(3, generator=noise, dtype=torch.float64)
        excess = ((p + q) * away.square()).sum() / 2
        torch.testing.assert_close(loss(best + away) - loss(best), excess)


def test_a_score_held_to_the_unit_interval_is_read_as_a_probability() -> None:
    report = LeastSquares().report(scores(2.0, 0.75, 0.25), scores(-1.0, 0.25, 0.75))
    assert report["d_real"].item() == pytest.approx((1 + 0.75 + 0.25) / 3)
    assert report["d_fake"].item() == pytest.approx((0 + 0.25 + 0.75) / 3)
    assert report["d_accuracy"].item() == pytest.approx(4 / 6)


def test_its_recipe_is_dcgan_with_another_loss() -> None:
    registry = Registry.discover()
    lsgan, dcgan = registry.recipe("lsgan"), registry.recipe("dcgan")
    assert lsgan.loss.name == "least-squares"
    about = {"name": dcgan.name, "summary": dcgan.summary, "paper": dcgan.paper}
    assert lsgan.replace(loss=dcgan.loss, **about) == dcgan
