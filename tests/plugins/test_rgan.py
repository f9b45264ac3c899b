"""The recurrent GAN: its networks, and its sines."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from ganzoo import Data, Registry, Spec, UsageError
from ganzoo_rgan.networks import LSTM, RecurrentDiscriminator, RecurrentGenerator
from ganzoo_rgan.sines import Sines

from .small import engine_of

SPEC = Spec((2, 6), z_dim=12, low=-math.inf, high=math.inf)


def test_under_autocast_the_states_keep_full_precision() -> None:
    torch.manual_seed(0)
    lstm = LSTM(2, 4, batch_first=True)
    x = torch.randn(3, 5, 2).bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        actual, _ = lstm(x)
    assert actual.dtype == torch.float32
    assert torch.equal(actual, lstm(x.float())[0])


def test_a_moment_depends_on_the_noise_of_earlier_moments_alone() -> None:
    generator = RecurrentGenerator(SPEC, hidden=4)
    z = torch.randn(1, 12, requires_grad=True)
    generator(z)[0, :, 2].sum().backward()
    used = z.grad.reshape(6, 2).abs().sum(1) > 0
    assert used.tolist() == [True, True, True, False, False, False]


def test_the_score_of_a_moment_depends_on_earlier_moments_alone() -> None:
    x = torch.randn(3, 2, 6, requires_grad=True)
    scores = RecurrentDiscriminator(SPEC, hidden=4)(x)
    assert scores.shape == (3, 6)
    scores[:, 2].sum().backward()
    assert (x.grad.abs().sum((0, 1)) > 0).tolist() == [True, True, True, False, False, False]


def test_noise_that_cannot_be_divided_is_refused() -> None:
    with pytest.raises(UsageError, match=r"z has 13 numbers: --set prior\.dim=30"):
        RecurrentGenerator(SPEC.replace(z_dim=13))
    with pytest.raises(UsageError, match="numbers over time"):
        RecurrentDiscriminator(Spec((1, 8, 8)))


def test_the_sines_are_those_of_the_paper() -> None:
    x = Sines(count=500).load(Path(), "train").x[:, 0].double()
    assert x.shape == (500, 30)
    assert 0.8 < x.abs().max() <= 0.9
    # x[t + 1] + x[t - 1] = 2 cos(w) x[t] for a sine: w by least squares
    ahead, here = x[:, 2:] + x[:, :-2], x[:, 1:-1]
    cosine = (ahead * here).sum(1) / here.square().sum(1) / 2
    assert (ahead - 2 * cosine[:, None] * here).abs().max() < 1e-5
    periods = 30 * cosine.acos() / (2 * math.pi)
    assert 0.99 < periods.min() < 1.1
    assert 4.9 < periods.max() < 5.01


def test_the_recipe_plays() -> None:
    recipe = Registry.discover().recipe("rgan").replace(batch_size=4)
    engine = engine_of(recipe, Data(torch.randn(8, 1, 30)))
    reports = [report for _ in range(2) for report in engine.advance()]
    assert all(value.isfinite() for report in reports for value in report.values())
    assert engine.game.generate(engine.game.noise(3)).x.shape == (3, 1, 30)
