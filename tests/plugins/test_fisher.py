"""Fisher GAN: the Lagrangian and its multiplier by hand."""

from __future__ import annotations

import pytest
import torch

from ganzoo import Batch, Registry, Scores
from ganzoo_fisher.losses import Fisher

from .small import engine_of, images, shrunk


def scores(*values: float) -> Scores:
    return Scores(torch.tensor(values, dtype=torch.float64, requires_grad=True), Batch())


def test_the_lagrangian_by_hand() -> None:
    """Real 3 and 1, fakes -1 and 1: a distance of 2, omega = (5 + 1) / 2 = 3."""
    loss = Fisher(rho=0.5).double()
    loss.multiplier.fill_(0.25)
    real, fake = scores(3.0, 1.0), scores(-1.0, 1.0)
    expected = -(2 + 0.25 * (1 - 3) - 0.25 * 4)
    assert loss.discriminator(real, fake).item() == pytest.approx(expected)
    assert loss.generator(None, fake).item() == 0


def test_gradients_by_hand() -> None:
    """d/df_i of minus the Lagrangian: -+ 1/N + lambda f_i / N + rho (omega - 1) f_i / N."""
    loss = Fisher(rho=0.5).double()
    loss.multiplier.fill_(0.25)
    real, fake = scores(3.0, 1.0), scores(-1.0, 1.0)
    slopes = torch.autograd.grad(loss.discriminator(real, fake), (real.score, fake.score))
    pull = (0.25 + 0.5 * 2) / 2
    assert slopes[0].tolist() == pytest.approx([-0.5 + 3 * pull, -0.5 + pull])
    assert slopes[1].tolist() == pytest.approx([0.5 - pull, 0.5 + pull])


def test_the_multiplier_follows_its_rule_by_hand() -> None:
    """By rho (omega - 1): 1/2 * 2, then 1/2 * (1/2 - 1)."""
    loss = Fisher(rho=0.5).double()
    for real, fake, expected in (((3.0, 1.0), (-1.0, 1.0), 1.0), ((1.0,), (0.0,), 0.75)):
        with torch.no_grad():
            loss.updated(scores(*real), scores(*fake))
        assert loss.multiplier.item() == pytest.approx(expected)


def test_a_free_critic_reaches_the_fisher_distance() -> None:
    """On two points with p = (3/4, 1/4) and q = (1/4, 3/4) the best f is (1, -1) times the root
    of 1, since its second moment is 1: a distance of 1. Plain gradient steps find it, with
    lambda = 1/2, half the distance."""
    real, fake = torch.tensor([0, 0, 0, 1]), torch.tensor([0, 1, 1, 1])
    f = torch.tensor([0.3, 0.1], dtype=torch.float64, requires_grad=True)
    loss = Fisher(rho=0.1).double()
    for _ in range(400):
        pair = Scores(f[real], Batch()), Scores(f[fake], Batch())
        (slope,) = torch.autograd.grad(loss.discriminator(*pair), f)
        with torch.no_grad():
            f -= 0.2 * slope
            loss.updated(*pair)
    assert f.tolist() == pytest.approx([1, -1], abs=1e-3)
    assert loss.multiplier.item() == pytest.approx(0.5, abs=1e-3)


def test_the_multiplier_is_in_a_checkpoint_and_in_the_log() -> None:
    engine = engine_of(shrunk(Registry.discover().recipe("fisher")), images(1, 12, 12))
    report = engine.advance()[0]
    rho = 1e-2
    omega = report["fisher_omega"].item()
    assert report["fisher_lambda"].item() == pytest.approx(rho * (omega - 1))
    assert any(name.endswith("loss.multiplier") for name in engine.state())


def test_a_distance_in_words() -> None:
    said = Fisher().reading({"score_real": 1.0, "score_fake": -0.5})
    assert "a Fisher distance of 1.500" in said
    assert Fisher().reading({}) == ""
