"""Precision, recall, density and coverage: the libraries', by hand, and in whatever blocks."""

from __future__ import annotations

import pytest
import torch

from ganzoo import Data, Registry, UsageError
from ganzoo_metrics import neighbours
from ganzoo_metrics.density_coverage import DensityCoverage
from ganzoo_metrics.neighbours import blocks, radii
from ganzoo_metrics.precision_recall import PrecisionRecall

from .metric_tools import Plain, normal


def all_four(real: Data, fake: Data, k: int) -> dict[str, float]:
    features = Plain(real.x.shape[1])
    return {**PrecisionRecall(features, k)(real, fake), **DensityCoverage(features, k)(real, fake)}


def line(*points: float) -> Data:
    return Data(torch.tensor(points, dtype=torch.float32)[:, None])


@pytest.fixture(scope="module")
def pair() -> tuple[Data, Data]:
    return normal(300, 6), normal(200, 6, seed=1, shift=0.4, scale=0.8)


@pytest.mark.parametrize(
    ("name", "metric"),
    [("precision-recall", PrecisionRecall), ("density-coverage", DensityCoverage)],
)
def test_they_are_registered(name, metric):
    entry = Registry.discover().get("metric", name)
    assert (entry.plugin, entry.load()) == ("metrics", metric)


@pytest.mark.parametrize("k", [1, 3, 5])
def test_they_are_prdcs(pair, k):
    library = pytest.importorskip("prdc")
    real, fake = pair
    expected = library.compute_prdc(real.x.double().numpy(), fake.x.double().numpy(), nearest_k=k)
    assert min(expected.values()) > 0  # of which there is something to compare
    assert expected["coverage"] < 1
    assert all_four(real, fake, k) == pytest.approx(expected, rel=1e-12)


def test_precision_and_recall_are_torch_fidelitys(pair):
    library = pytest.importorskip("torch_fidelity.metric_prc")
    real, fake = pair
    found = library.prc_features_to_metric(fake.x.double(), real.x.double(), verbose=False)
    ours = PrecisionRecall(Plain(6))(real, fake)
    assert ours == pytest.approx({name: found[name] for name in ours}, rel=1e-6)


def test_by_hand():
    """Balls around 0, 1, 2 and 9, to the nearest: of radius 1, 1, 1 and 7; around the fakes 1.5,
    3 and 19.5: 1.5, 1.5 and 16.5. The means of both sets are binary fractions, so that a distance
    on the rim of a ball is exact on every processor."""
    found = all_four(line(0, 1, 2, 9), line(1.5, 3, 19.5), k=1)
    assert found == {
        "precision": 2 / 3,  # 1.5 and 3 (in the balls of 2 and 9), not 19.5
        "recall": 1.0,  # 0 and 1 by 1.5, 2 by 1.5 and 3, 9 by 19.5
        "density": 3 / 3,  # 1.5 in two balls; 3 in the ball of 9, and on the rim of that of 2
        "coverage": 3 / 4,  # not the ball of 0
    }


def test_a_manifold_has_its_rim():
    """Balls of equation 1 are closed: <=; those of density and coverage are not."""
    found = all_four(line(0, 1), line(2, 3), k=1)
    assert found == {"precision": 1 / 2, "recall": 1 / 2, "density": 0.0, "coverage": 0.0}


def test_a_set_and_itself(pair):
    found = all_four(pair[0], pair[0], k=3)
    assert found == {
        "precision": 1.0,
        "recall": 1.0,
        "coverage": 1.0,
        "density": pytest.approx(1, abs=0.01),  # two at most on the rim, itself inside
    }


def test_one_distribution_has_the_density_and_coverage_that_are_expected():
    draws = torch.Generator().manual_seed(3)
    real, fake = (Data(torch.randn(2000, 4, generator=draws)) for _ in range(2))
    found = DensityCoverage(Plain(4))(real, fake)
    assert found["density"] == pytest.approx(1, abs=0.05)
    assert found["coverage"] == pytest.approx(1 - 2**-5, abs=0.015)


def test_one_fake_repeated_has_a_manifold_of_a_point(pair):
    real, _ = pair
    fake = Data((real.x[:1] + 1e-3).expand(50, -1))
    found = all_four(real, fake, k=3)
    assert (found["precision"], found["recall"]) == (1.0, 0.0)
    copied = Data(real.x[:1].expand(50, -1))
    assert all_four(real, copied, k=3)["recall"] == 1 / len(real.x)


@pytest.mark.parametrize("block", [1, 300, 1000])
def test_the_blocks_make_no_difference(pair, block, monkeypatch):
    whole = all_four(*pair, k=3)
    monkeypatch.setattr(neighbours, "BLOCK", block)
    held = [squared.numel() for _, squared in blocks(pair[0].x, pair[1].x)]
    assert max(held) <= max(block, len(pair[1]))
    assert sum(held) == 300 * 200
    assert all_four(*pair, k=3) == whole


def test_distances_are_those_of_differences():
    """Far from the origin too, where the products are large."""
    x, y = normal(40).x.double() + 100, normal(30, seed=1).x.double() + 100
    ((rows, squared),) = blocks(x, y)
    assert rows == slice(0, 40)
    torch.testing.assert_close(squared, torch.cdist(x, y).square(), rtol=1e-10, atol=1e-10)
    assert torch.equal(next(blocks(x, x))[1].diagonal(), torch.zeros(40).double())


def test_radii_do_not_count_the_point_itself():
    x = torch.tensor([[0.0], [0.0], [2.0], [5.0]])
    assert radii(x, 1).tolist() == [0, 0, 4, 9]
    assert radii(x, 2).tolist() == [4, 4, 4, 25]


@pytest.mark.parametrize("metric", [PrecisionRecall, DensityCoverage])
def test_what_they_refuse(metric, pair):
    with pytest.raises(UsageError, match="needs 8 generated samples or more, and there are 7"):
        metric(Plain(6), k=7)(pair[0], pair[1].first(7))
    with pytest.raises(UsageError, match=r"k of the metric '[a-z-]+' must be 1 or more, not 0"):
        metric(Plain(6), k=0)
    assert metric(Plain(6), k=7).min_samples == 8
    assert metric(Plain(6)).min_samples == metric.min_samples
