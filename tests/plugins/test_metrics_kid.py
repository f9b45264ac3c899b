"""KID: torch-fidelity's, the definition's, and unbiased."""

from __future__ import annotations

import pytest
import torch

from ganzoo import Data, Registry, UsageError
from ganzoo_metrics.kid import KernelDistance, mmd2

from .metric_tools import Plain, normal


def kid(real: Data, fake: Data, **options: int) -> dict[str, float]:
    return KernelDistance(Plain(real.x.shape[1]), **options)(real, fake)


def test_it_is_registered():
    entry = Registry.discover().get("metric", "kid")
    assert (entry.plugin, entry.load()) == ("metrics", KernelDistance)


@pytest.mark.parametrize("seed", [0, 2020])
def test_it_is_torch_fidelitys_with_its_subsets(seed):
    library = pytest.importorskip("torch_fidelity.metric_kid")
    real, fake = normal(300), normal(200, seed=1, shift=0.2)
    mean, std = library.kid_features_to_metric(
        fake.x.double(),
        real.x.double(),
        kid_subsets=20,
        kid_subset_size=50,
        rng_seed=seed,
        verbose=False,
    ).values()
    found = kid(real, fake, subsets=20, subset_size=50, seed=seed)
    assert found == {"kid": pytest.approx(mean, rel=1e-9), "kid_std": pytest.approx(std, rel=1e-9)}


def test_of_all_samples_it_is_the_definition():
    x, y = normal(7, 3).x.double(), normal(9, 3, seed=1).x.double()

    def kernel(a: torch.Tensor, b: torch.Tensor) -> float:
        return float((a @ b / 3 + 1) ** 3)

    within = [sum(kernel(a, b) for a in z for b in z if a is not b) for z in map(list, (x, y))]
    across = sum(kernel(a, b) for a in x for b in y)
    expected = within[0] / (7 * 6) + within[1] / (9 * 8) - 2 * across / (7 * 9)
    assert mmd2(x, y).item() == pytest.approx(expected, rel=1e-12)


def test_where_the_distributions_agree_its_mean_is_nothing():
    """And single ones lie on both sides of it, which a biased estimator's do not."""
    draws = torch.Generator().manual_seed(0)
    pairs = torch.randn(200, 2, 30, 4, generator=draws).double()
    values = torch.stack([mmd2(x, y) for x, y in pairs])
    assert 40 < int((values < 0).sum()) < 160
    assert abs(values.mean()) < 4 * values.std() / len(values) ** 0.5


def test_the_seed_draws_the_subsets():
    real, fake = normal(100), normal(100, seed=1)
    few = {"subsets": 3, "subset_size": 20}
    assert kid(real, fake, **few) == kid(real, fake, **few, seed=0)
    assert kid(real, fake, **few) != kid(real, fake, **few, seed=1)


def test_too_few_samples_for_a_subset():
    assert KernelDistance(Plain(8)).min_samples == 1000
    assert KernelDistance(Plain(8), subset_size=30).min_samples == 30
    with pytest.raises(UsageError, match="'kid' needs 1000 generated samples or more"):
        kid(normal(1000), normal(999))
    with pytest.raises(UsageError, match="'kid' needs 30 real samples or more, and there are 29"):
        kid(normal(29), normal(30), subset_size=30)


@pytest.mark.parametrize("option", [{"subsets": 0}, {"subset_size": 1}, {"seed": -1}])
def test_knobs_out_of_range(option):
    (name,) = option
    with pytest.raises(UsageError, match=f"{name} of the metric 'kid' must be"):
        KernelDistance(Plain(8), **option)
