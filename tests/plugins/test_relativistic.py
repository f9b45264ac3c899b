"""Relativistic average losses: by hand, and against the formulas of the paper."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from ganzoo import Batch, Registry, Scores
from ganzoo_relativistic.losses import RelativisticAverage

KINDS = ("logistic", "least-squares", "hinge")


def scores(*values: float) -> Scores:
    return Scores(torch.tensor(values, dtype=torch.float64, requires_grad=True), Batch())


# The equations of the three GANs as the paper has them, with a and b as in the class.
def paper(kind: str, x: Tensor, g: Tensor) -> tuple[Tensor, Tensor]:
    a, b = x - g.mean(), g - x.mean()
    if kind == "logistic":
        probability_a, probability_b = torch.sigmoid(a), torch.sigmoid(b)
        d = -probability_a.log().mean() - (1 - probability_b).log().mean()
        return d, -probability_b.log().mean() - (1 - probability_a).log().mean()
    if kind == "least-squares":
        d = ((a - 1) ** 2).mean() + ((b + 1) ** 2).mean()
        return d, ((b - 1) ** 2).mean() + ((a + 1) ** 2).mean()
    zero = torch.zeros((), dtype=x.dtype)
    d = torch.maximum(zero, 1 - a).mean() + torch.maximum(zero, 1 + b).mean()
    return d, torch.maximum(zero, 1 - b).mean() + torch.maximum(zero, 1 + a).mean()


@pytest.mark.parametrize("kind", KINDS)
def test_losses_and_gradients_are_those_of_the_paper(kind: str) -> None:
    real, fake = scores(2.0, 0.5, -1.0), scores(-3.0, 0.25)  # of different numbers
    loss = RelativisticAverage(kind)
    ours = loss.discriminator(real, fake), loss.generator(real, fake)
    for mine, its in zip(ours, paper(kind, real.score, fake.score), strict=True):
        assert mine.item() == pytest.approx(its.item())
        slopes, expected = (
            torch.autograd.grad(term, (real.score, fake.score), retain_graph=True)
            for term in (mine, its)
        )
        torch.testing.assert_close(slopes, expected)


def test_least_squares_by_hand() -> None:
    """Real 3 and 1, fakes 0 and -2: a = 4, 2 and b = -2, -4."""
    real, fake = scores(3.0, 1.0), scores(0.0, -2.0)
    loss = RelativisticAverage("least-squares")
    assert loss.discriminator(real, fake).item() == (9 + 1) / 2 + (1 + 9) / 2
    assert loss.generator(real, fake).item() == (9 + 25) / 2 + (25 + 9) / 2


@pytest.mark.parametrize("kind", KINDS)
def test_only_differences_count(kind: str) -> None:
    loss = RelativisticAverage(kind)
    assert loss.discriminator(scores(1.0, 3.0), scores(0.0)).item() == pytest.approx(
        loss.discriminator(scores(8.0, 10.0), scores(7.0)).item()
    )
    assert loss.discriminator(scores(5.0), scores(5.0)).item() == pytest.approx(loss.undecided())


def test_the_logistic_loss_is_finite_for_large_scores() -> None:
    term = RelativisticAverage("logistic").generator(scores(1e4), scores(-1e4))
    assert math.isfinite(term.item())


def test_sides_in_words() -> None:
    """3 is above the mean of the fakes, -1 below; both fakes are below the mean of the data."""
    loss = RelativisticAverage()
    report = loss.report(scores(3.0, -1.0), scores(-0.5, 0.75))
    assert report["sides_in_order"].item() == pytest.approx(3 / 4)
    assert loss.reading({"sides_in_order": 0.75}).startswith("75 % of the samples")
    assert loss.reading({}) == ""


def test_its_recipe_is_dcgan_with_another_loss() -> None:
    registry = Registry.discover()
    ralsgan, dcgan = registry.recipe("ralsgan"), registry.recipe("dcgan")
    assert ralsgan.loss.name == "relativistic-average"
    about = {"name": dcgan.name, "summary": dcgan.summary, "paper": dcgan.paper}
    assert ralsgan.replace(loss=dcgan.loss, **about) == dcgan
