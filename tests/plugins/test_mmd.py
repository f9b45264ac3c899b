"""MMD GAN: the discrepancy by hand, and the losses of both kinds."""

from __future__ import annotations

import math
from itertools import product

import pytest
import torch
from torch import Tensor

from ganzoo import Batch, Scores
from ganzoo_mmd.losses import MMD, codes

X = torch.tensor([[0.0, 1.0], [2.0, -1.0], [0.5, 0.5]], dtype=torch.float64)
G = torch.tensor([[1.0, 1.0], [-1.0, 0.0], [3.0, 0.25]], dtype=torch.float64)


def coded(code: Tensor, *score: float) -> Scores:
    given = torch.tensor(score or [0.0] * len(code), dtype=torch.float64)
    return Scores(given, Batch(), {"code": code})


def kernel(a: Tensor, b: Tensor, sigmas: tuple[float, ...]) -> float:
    squared = sum((p - q) ** 2 for p, q in zip(a.tolist(), b.tolist(), strict=True))
    return sum(math.exp(-squared / (2 * s * s)) for s in sigmas) / len(sigmas)


def by_hand(x: Tensor, g: Tensor, sigmas: tuple[float, ...]) -> tuple[float, float, float]:
    """The mean kernel within x, across, and within g, of pairs of different samples."""

    def within(samples: Tensor) -> float:
        pairs = [(a, b) for a, b in product(range(len(samples)), repeat=2) if a != b]
        return sum(kernel(samples[a], samples[b], sigmas) for a, b in pairs) / len(pairs)

    across = [kernel(a, b, sigmas) for a, b in product(x, g)]
    return within(x), sum(across) / len(across), within(g)


@pytest.mark.parametrize("sigmas", [(1.0,), (0.5, 2.0, 8.0)])
def test_the_losses_by_hand(sigmas: tuple[float, ...]) -> None:
    inside_x, across, inside_g = by_hand(X, G, sigmas)
    real, fake = coded(X), coded(G)
    repulsive = MMD("repulsive", sigmas)
    attractive = MMD("attractive", sigmas)
    assert repulsive.generator(real, fake).item() == pytest.approx(inside_x - 2 * across + inside_g)
    assert repulsive.discriminator(real, fake).item() == pytest.approx(inside_x - inside_g)
    assert attractive.discriminator(real, fake).item() == pytest.approx(
        2 * across - inside_x - inside_g
    )


def test_a_reconstruction_error_is_added_for_codes_only() -> None:
    real, fake = coded(X, -1.0, -2.0, -3.0), coded(G, -4.0, -4.0, -4.0)
    without, with_it = MMD(reconstruction=0.0), MMD(reconstruction=0.5)
    added = with_it.discriminator(real, fake) - without.discriminator(real, fake)
    assert added.item() == pytest.approx(0.5 * (2 + 4))
    bare = [Scores(scores.score, Batch()) for scores in (real, fake)]
    assert without.discriminator(*bare) == with_it.discriminator(*bare)
    assert codes(bare[0]).tolist() == [[-1], [-2], [-3]]


def test_the_discrepancy_of_one_distribution_is_0_in_the_mean() -> None:
    """It has no bias: negative as often as positive."""
    torch.manual_seed(0)
    loss = MMD()
    values = torch.stack(
        [loss.generator(coded(torch.randn(8, 2)), coded(torch.randn(8, 2))) for _ in range(500)]
    )
    assert abs(values.mean()) < 4 * values.std() / len(values) ** 0.5
    assert (values < 0).float().mean() > 0.3


def test_it_is_in_the_log() -> None:
    loss = MMD()
    report = loss.report(coded(X), coded(G))
    assert report["mmd"] == loss.generator(coded(X), coded(G))
    assert "is 0.250;" in loss.reading({"mmd": 0.25})
    assert loss.reading({}) == ""
