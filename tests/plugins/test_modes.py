"""The metric ``modes``: what PacGAN's protocol gives where the answer is known."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from ganzoo import Data, Registry, UsageError
from ganzoo_modes import metrics
from ganzoo_modes.metrics import Modes

EXACT = 1 - math.exp(-4.5)  # the share of a Gaussian in the plane within 3 sigma


def load(name: str, split: str, count: int = 20_000) -> Data:
    return Registry.discover().get("dataset", name).load()(count=count).load(None, split)


@pytest.fixture(scope="module")
def ring() -> Data:
    return load("ring-8", "train")


def cross(scale: float = 1.0) -> Data:
    """Four modes around (0, 0), (10, 0), (0, 10) and (10, 10), whose sigma is 1 for scale 1."""
    centres = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]])
    # Eight times four points, 28 degrees of freedom in each coordinate and a sum of squares of 28.
    step = scale * math.sqrt(28 / 32)
    corners = step * torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    x = (centres[:, None] + corners.repeat(2, 1)).reshape(-1, 2)
    return Data(x, torch.arange(4).repeat_interleave(8), classes=4)


def fakes(*points: tuple[float, float]) -> Data:
    return Data(torch.tensor(points, dtype=torch.float32))


def test_it_is_registered():
    entry = Registry.discover().get("metric", "modes")
    assert (entry.plugin, entry.load()) == ("modes", Modes)
    assert Modes.lower_is_better == {"modes": False, "high_quality": False, "kl": True}


@pytest.mark.parametrize(("name", "modes"), [("ring-8", 8), ("grid-25", 25)])
def test_exact_samples(name, modes):
    fake = load(name, "test")
    found = Modes()(load(name, "train"), fake)
    assert found["modes"] == modes
    assert found["high_quality"] == pytest.approx(
        EXACT, abs=5 * math.sqrt(EXACT * (1 - EXACT) / len(fake))
    )
    assert 0 < found["kl"] < 5 * modes / len(fake)  # (K - 1) / 2 N is its expectation


def test_a_collapsed_generator(ring):
    fake = replace(ring, x=ring.x[ring.y == 3], y=None)
    found = Modes()(ring, fake)
    assert found["modes"] == 1
    assert found["high_quality"] == pytest.approx(EXACT, abs=0.015)
    assert found["kl"] == pytest.approx(math.log(8))


def test_noise(ring):
    fake = Data(torch.randn(50_000, 2, generator=torch.Generator().manual_seed(0)))
    found = Modes()(ring, fake)
    # 8 discs of radius 0.03, where the density is exp(-1/2) / 2 pi
    assert found["high_quality"] == pytest.approx(8 * 0.03**2 / 2 * math.exp(-0.5), abs=0.001)
    assert found["modes"] == 8  # one sample is enough: read it beside the share


def test_the_labels_of_the_fakes_are_not_read(ring):
    shuffled = replace(ring, y=(ring.y + 1) % 8)
    assert Modes()(ring, shuffled) == Modes()(ring, ring)


def test_a_disc_of_three_sigma_is_of_high_quality():
    """Euclidean: 2.2 and 2.2 make 3.11, though neither coordinate is beyond 3."""
    found = Modes()(cross(), fakes((2.99, 0), (3.01, 0), (0, -2.99), (2.2, 2.2), (2.1, 2.1)))
    assert found["high_quality"] == pytest.approx(3 / 5)
    assert found["modes"] == 1


def test_sigma_is_that_of_the_data():
    assert Modes()(cross(0.5), fakes((-1.4, 0), (-1.6, 0)))["high_quality"] == 0.5
    assert Modes()(cross(2.0), fakes((-5.9, 0), (-6.1, 0)))["high_quality"] == 0.5


def test_the_divergence_by_hand():
    """Shares 1/2, 1/4, 1/4 and 0 of the four modes; what is far away does not count."""
    hits = [(0, 0), (0, 1), (10, 0), (1, 10)]
    found = Modes()(cross(), fakes(*hits, (5, 5), (100, 100), (-50, 0), (5, 0)))
    assert found == {
        "modes": 3.0,
        "high_quality": 0.5,
        "kl": pytest.approx(0.5 * math.log(2)),  # 1/2 log 2 + 2/4 log 1
    }
    even = Modes()(cross(), fakes((0, 0), (10, 0), (0, 10), (10, 10)))
    assert even == {"modes": 4.0, "high_quality": 1.0, "kl": pytest.approx(0, abs=1e-12)}


def test_a_divergence_is_never_negative():
    """Of log 5 + 5 (1/5 log 1/5), -2e-16 is left in floating point."""
    points = torch.arange(5.0)[:, None] * 10
    real = Data(torch.cat([points - 1, points + 1]), torch.arange(10) % 5, classes=5)
    assert Modes()(real, Data(points)) == {"modes": 5.0, "high_quality": 1.0, "kl": 0.0}


@pytest.mark.parametrize("far", [1e3, math.inf, math.nan])
def test_where_no_fake_is_near_a_mode(far):
    found = Modes()(cross(), fakes(*20 * [(far, far), (far, 0)]))
    assert found == {"modes": 0.0, "high_quality": 0.0, "kl": pytest.approx(math.log(4))}


def test_the_pieces_make_no_difference(ring, monkeypatch):
    fake = load("ring-8", "test").first(1001)
    whole = Modes()(ring, fake)
    monkeypatch.setattr(metrics, "CHUNK", 80)
    held = []
    cdist = torch.cdist
    monkeypatch.setattr(torch, "cdist", lambda x, y: held.append(len(x) * len(y)) or cdist(x, y))
    assert Modes()(ring, fake) == whole
    assert max(held) == 80
    assert len(held) == 101


def test_far_from_the_origin_no_digit_is_lost():
    """In float32, modes of width 0.01 would blur."""
    shift = 1000.0
    real = cross(0.01)
    real = replace(real, x=real.x.double() + shift)
    fake = Data(torch.tensor([[shift + 0.029, shift], [shift + 0.031, shift]]).double())
    assert Modes()(real, fake)["high_quality"] == 0.5


PICTURES = Data(torch.zeros(8, 1, 2, 2, dtype=torch.uint8), torch.arange(8) % 2, classes=2)


@pytest.mark.parametrize(
    ("real", "fake", "what"),
    [
        (PICTURES, PICTURES, r"for vectors, and the real samples have the shape \(1, 2, 2\)"),
        (cross(), PICTURES, r"and the generated samples have the shape \(1, 2, 2\)"),
        (replace(cross(), y=None, classes=0), cross(), "these samples have no labels"),
        (cross(), Data(torch.zeros(5, 3)), "have 2 coordinates and the generated samples 3"),
        (cross(), Data(torch.zeros(0, 2)), "needs generated samples, and there are none"),
        (cross().first(0), cross(), "needs real samples, and there are none"),
        (cross().first(16), cross(), "Of the 4 modes, 2 have no real sample"),
        (cross(0.0), cross(), r"deviate from the centres of their modes by 0\.0"),
        (replace(cross(), x=cross().x * math.nan), cross(), "modes by nan"),
        (Data(torch.eye(2), torch.arange(2), 2), cross(), r"by 0\.0, and the metric"),
    ],
)
def test_what_it_cannot_judge_is_refused(real, fake, what):
    with pytest.raises(UsageError, match=what):
        Modes()(real, fake)
