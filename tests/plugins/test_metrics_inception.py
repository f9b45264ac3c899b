"""The inception score: torch-fidelity's, and what it is where the answer is known."""

from __future__ import annotations

import math

import pytest
import torch

from ganzoo import Data, Registry, UsageError
from ganzoo_metrics.inception import InceptionScore

from .metric_tools import Plain, normal


def score(logits: torch.Tensor, pieces: int = 64, splits: int = 10) -> dict[str, float]:
    fake = Data(logits)
    return InceptionScore(Plain(5, logits.shape[1], pieces), splits)(fake, fake)


def test_it_is_registered():
    entry = Registry.discover().get("metric", "inception-score")
    assert (entry.plugin, entry.load()) == ("metrics", InceptionScore)


@pytest.mark.parametrize(("count", "splits", "pieces"), [(500, 10, 64), (503, 7, 50), (60, 1, 7)])
def test_it_is_torch_fidelitys(count, splits, pieces):
    library = pytest.importorskip("torch_fidelity.metric_isc")
    logits = 3 * normal(count, 5).x
    mean, std = library.isc_features_to_metric(logits, splits=splits, shuffle=False).values()
    assert score(logits, pieces, splits) == {
        "inception_score": pytest.approx(mean, rel=1e-9),
        "inception_score_std": pytest.approx(std, rel=1e-9, abs=1e-12),
    }


def test_an_unsure_classifier_and_one_class_give_one():
    one = torch.zeros(50, 4)
    assert score(one) == {"inception_score": pytest.approx(1), "inception_score_std": 0}
    one[:, 2] = 100.0
    assert score(one)["inception_score"] == pytest.approx(1)


def test_all_classes_for_sure_give_their_number():
    logits = 1000.0 * torch.eye(4).repeat(25, 1)
    assert score(logits, splits=5)["inception_score"] == pytest.approx(4)


def test_the_spread_is_over_the_splits():
    """The first half is of two classes, the second of one: scores 2 and 1."""
    logits = torch.full((20, 4), -math.inf)
    logits[range(20), [0, 1] * 5 + [2] * 10] = 0
    logits = logits.clamp(min=-1000)
    assert score(logits, splits=2) == {
        "inception_score": pytest.approx(1.5),
        "inception_score_std": pytest.approx(0.5),
    }


def test_what_it_refuses():
    with pytest.raises(UsageError, match="needs 10 generated samples or more, and there are 9"):
        score(torch.zeros(9, 4))
    with pytest.raises(UsageError, match="splits of the metric 'inception-score' must be 1"):
        InceptionScore(Plain(5, 4), splits=0)
    with pytest.raises(UsageError, match="needs a classifier, and the features 'plain' have no"):
        InceptionScore(Plain(5)).check(normal(5))
