"""Tests of this plugin's formulas, in closed form."""

import math
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from ganzoo import Batch, Scores
from torch.nn.functional import binary_cross_entropy_with_logits

from ganzoo_smoothing import accuracy
from ganzoo_smoothing.losses import OneSided
from ganzoo_smoothing.priors import Laplace


def scores(*logits: float) -> Scores:
    return Scores(torch.tensor(logits, requires_grad=True), Batch())


def test_d_minimises_the_cross_entropy_with_a_smoothed_target():
    real, fake = scores(2.0, -1.0, 0.5), scores(-3.0, 1.0, 0.0)
    expected = binary_cross_entropy_with_logits(real.score, torch.full((3,), 0.8))
    expected += binary_cross_entropy_with_logits(fake.score, torch.zeros(3))
    loss = OneSided(smoothing=0.2).discriminator(real, fake)
    torch.testing.assert_close(loss, expected)


def test_against_a_perfect_generator_the_optimal_d_is_half_the_target():
    best = math.log(0.45 / 0.55)  # the logit of (1 - 0.1) / 2
    real = fake = scores(best)
    OneSided(smoothing=0.1).discriminator(real, fake).backward()
    assert real.score.grad.item() == pytest.approx(0, abs=1e-6)


def test_without_smoothing_it_is_the_non_saturating_loss():
    loss, real, fake = OneSided(smoothing=0.0), scores(0.0), scores(0.0)
    assert loss.discriminator(real, fake).item() == pytest.approx(2 * math.log(2))
    assert loss.generator(None, fake).item() == pytest.approx(math.log(2))


def test_scores_of_100_give_finite_losses():
    loss, far = OneSided(smoothing=0.1), scores(100.0, -100.0)
    on_real, on_fake = (10 + 90) / 2, (100 + 0) / 2
    assert loss.discriminator(far, far).item() == pytest.approx(on_real + on_fake)
    assert loss.generator(None, far).item() == pytest.approx((0 + 100) / 2)
    assert loss.probability(torch.zeros(1)).item() == 0.5


def test_laplace_noise_has_the_moments_of_a_laplace_distribution():
    generator = torch.Generator().manual_seed(0)
    z = Laplace(dim=50, scale=2.0).draw(4000, device="cpu", generator=generator).z
    assert z.shape == (4000, 50)
    assert z.mean().item() == pytest.approx(0, abs=0.02)
    assert z.abs().mean().item() == pytest.approx(2, rel=0.01)  # scale
    assert z.var().item() == pytest.approx(8, rel=0.03)  # 2 scale^2


def test_laplace_noise_comes_from_the_given_generator_alone():
    before = torch.get_rng_state()
    generators = [torch.Generator().manual_seed(1) for _ in range(2)]
    z = [Laplace(3).draw(4, device="cpu", generator=each).z for each in generators]
    assert torch.equal(*z)
    assert torch.equal(before, torch.get_rng_state())


def test_a_resumed_run_drops_the_accuracy_after_its_checkpoint(tmp_path: Path):
    run = SimpleNamespace(path=tmp_path)
    accuracy.ganzoo_run_started(run, step=0)
    for step in (10, 20, 30):
        accuracy.ganzoo_logged(run, step, {"d_accuracy": 0.5})
    accuracy.ganzoo_logged(run, 40, {"score_real": 1.0})
    accuracy.ganzoo_run_started(run, step=20)
    rows = (tmp_path / "accuracy.csv").read_text().split()
    assert rows == ["step,accuracy", "10,0.5000", "20,0.5000"]
