"""FD and FID: equal to the libraries' and to the closed form, and 0 where it must be."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from ganzoo import Data, Registry, UsageError
from ganzoo_metrics.fid import FrechetDistance, FrechetInceptionDistance, frechet, moments

from .metric_tools import Plain, normal

EYE = torch.eye(2).double()


def fd(real: Data, fake: Data, pieces: int = 64) -> float:
    return FrechetDistance(Plain(real.x.shape[1], pieces=pieces))(real, fake)["fd"]


@pytest.fixture(scope="module")
def pair() -> tuple[Data, Data]:
    return normal(500, 16), normal(700, 16, seed=1, shift=0.3, scale=1.5)


def test_it_is_registered():
    for name, metric in (("fd", FrechetDistance), ("fid", FrechetInceptionDistance)):
        entry = Registry.discover().get("metric", name)
        assert (entry.plugin, entry.load()) == ("metrics", metric)


def test_fid_is_of_inception_and_nothing_else(pair):
    features = Plain(16)
    with pytest.raises(UsageError, match=r"--metric fd .*ganzoo\[inception\]"):
        FrechetInceptionDistance(features).check(pair[0])
    assert FrechetDistance(features).default
    features.name = "inception-v3-compat"
    metric = FrechetInceptionDistance(features)
    metric.check(pair[0])
    assert metric(*pair) == {"fid": fd(*pair)}
    assert not FrechetDistance(features).default  # one number once


def test_it_is_torch_fidelitys(pair):
    library = pytest.importorskip("torch_fidelity.metric_fid")
    statistics = [library.fid_features_to_statistics(data.x.double()) for data in pair]
    (expected,) = library.fid_statistics_to_metric(*statistics, verbose=False).values()
    assert fd(*pair) == pytest.approx(expected, rel=1e-9)


class Same(nn.Module):
    num_features = 16

    def forward(self, x: Tensor) -> Tensor:
        return x


def test_it_is_torchmetricss(pair):
    library = pytest.importorskip("torchmetrics.image.fid")
    reference = library.FrechetInceptionDistance(Same()).set_dtype(torch.float64)
    reference.update(pair[0].x, real=True)
    reference.update(pair[1].x, real=False)
    assert fd(*pair) == pytest.approx(reference.compute().item(), rel=1e-6)


def test_of_a_set_with_itself_it_is_nothing(pair):
    assert fd(pair[0], pair[0]) == pytest.approx(0, abs=1e-10)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_nor_where_the_covariance_is_singular(scale):
    """Fewer samples than features, some of which are always 0: as of a network's dead units."""
    data = normal(40, 100, scale=scale)
    data.x[:, ::3] = 0
    assert fd(data, data) == pytest.approx(0, abs=1e-12 * scale**2 * 100)


def test_it_is_symmetric_and_never_negative(pair):
    real, fake = pair
    assert fd(real, fake) == pytest.approx(fd(fake, real), rel=1e-12)
    shuffled = replace(real, x=real.x.flip(0))
    assert 0 <= fd(real, shuffled) < 1e-10


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ((0, 1), (0, 1), 0),
        ((0, 1), (3, 1), 18),  # two coordinates, each 3 away
        ((0, 4), (0, 9), 2),  # (3 - 2)^2 in each
        ((1, 0), (1, 16), 32),
        ((1, 0), (2, 0), 2),
    ],
)
def test_of_two_round_gaussians_it_is_the_closed_form(one, other, distance):
    """|m - m'|^2 + D (s - s')^2 for standard deviations s and s'."""
    (mean, variance), (mean_, variance_) = one, other
    ours = frechet(
        (torch.full((2,), mean).double(), variance * EYE),
        (torch.full((2,), mean_).double(), variance_ * EYE),
    )
    assert ours == pytest.approx(distance, abs=1e-12)


def test_of_two_gaussians_that_lie_askew_it_is_the_closed_form():
    """For 2x2, tr (S S')^(1/2) = (tr S S' + 2 (det S S')^(1/2))^(1/2)."""
    s = torch.tensor([[2.0, 1.5], [1.5, 3.0]]).double()
    t = torch.tensor([[5.0, -2.0], [-2.0, 1.0]]).double()
    root = math.sqrt((s @ t).trace() + 2 * math.sqrt((s @ t).det()))
    expected = 1 + 4 + s.trace() + t.trace() - 2 * root
    mean = torch.tensor([1.0, -2.0]).double()
    assert frechet((mean, s), (0 * mean, t)) == pytest.approx(expected.item(), rel=1e-12)


def test_where_each_is_flat_another_way_no_digit_is_lost():
    """Covariances on two planes at right angles: nothing is shared, down to the rounding."""
    axes = torch.linalg.qr(normal(60, 60).x.double()).Q
    one, other = (part @ part.T for part in axes.split(30, dim=1))
    mean = torch.zeros(60).double()
    assert frechet((mean, one), (mean, other)) == pytest.approx(60, abs=1e-11)


def test_the_moments_are_those_of_all_rows_whatever_the_pieces():
    x = normal(301, 6).x.double()
    for pieces in (1, 7, 100, 301):
        mean, covariance = moments(x.split(pieces))
        torch.testing.assert_close(mean, x.mean(0), rtol=1e-12, atol=1e-14)
        torch.testing.assert_close(covariance, x.T.cov(), rtol=1e-12, atol=1e-14)


def test_far_from_the_origin_no_digit_is_lost():
    """Where sums of squares would have none left."""
    x = normal(301, 6).x.double()
    _, covariance = moments((x + 2.0**30).split(7))
    torch.testing.assert_close(covariance, x.T.cov(), rtol=1e-5, atol=1e-6)


def test_one_sample_has_no_covariance(pair):
    real, fake = pair
    with pytest.raises(UsageError, match="'fd' needs 2 real samples or more, and there are 1"):
        fd(real.first(1), fake)
    with pytest.raises(UsageError, match="'fd' needs 2 generated samples or more"):
        fd(real, fake.first(1))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_features_that_are_no_numbers_are_refused(pair, bad):
    fake = replace(pair[1], x=pair[1].x.clone())
    fake.x[600, 3] = bad
    with pytest.raises(UsageError, match="'plain' of some samples are not finite"):
        fd(pair[0], fake)
