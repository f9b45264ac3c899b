"""The truncated normal distribution, and the ways from one z to another."""

from __future__ import annotations

import math

import pytest
import torch
from scipy import stats

from ganzoo.sampling.latents import between, truncated


@pytest.mark.parametrize(("limit", "std"), [(0.5, 1.0), (1.5, 2.0), (3.0, 1.0)])
def test_z_is_of_the_truncated_normal_distribution(limit: float, std: float) -> None:
    z = truncated(std * torch.randn(20_000, generator=torch.Generator().manual_seed(0)), limit, std)
    assert z.abs().max() <= limit * std
    exact = stats.truncnorm(-limit, limit, scale=std)
    assert stats.kstest(z.numpy(), exact.cdf).pvalue > 0.01


def test_the_order_is_kept_and_extremes_are_finite() -> None:
    z = torch.tensor([-40.0, -3.0, -1.0, 0.0, 1.0, 3.0, 40.0])
    moved = truncated(z, 1.0)
    assert moved.isfinite().all()
    assert (moved.diff() >= 0).all()
    assert moved[3].item() == pytest.approx(0, abs=1e-6)


def test_an_arc_has_equal_angles_and_the_length_of_its_ends() -> None:
    start, stop = torch.tensor([2.0, 0.0]), torch.tensor([0.0, 2.0])
    way = torch.linspace(0, 1, 5)[:, None]
    points = between(start.expand(5, 2), stop.expand(5, 2), way, "slerp")
    angles = torch.atan2(points[:, 1], points[:, 0])
    torch.testing.assert_close(angles, torch.linspace(0, math.pi / 2, 5))
    torch.testing.assert_close(points.norm(dim=1), torch.full((5,), 2.0))


@pytest.mark.parametrize("stop", [[1.0, 2.0], [2.0, 4.0], [-1.0, -2.0]])
def test_between_parallel_vectors_the_arc_is_the_line(stop: list[float]) -> None:
    start, end, way = torch.tensor([[1.0, 2.0]]), torch.tensor([stop]), torch.tensor([[0.25]])
    torch.testing.assert_close(between(start, end, way, "slerp"), torch.lerp(start, end, way))
