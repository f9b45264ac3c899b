"""Class balance, by hand."""

from __future__ import annotations

import math

import pytest
import torch

from ganzoo import Data, Registry, UsageError
from ganzoo_metrics.balance import ClassBalance

from .metric_tools import Plain

K = 4
METRIC = ClassBalance(Plain(K, K, pieces=3))


def told(*classes: int, confidence: float = 1 - 1e-9) -> torch.Tensor:
    """Logits of samples that are told to be of these classes, as surely as said."""
    others = (1 - confidence) / (K - 1)
    p = torch.full((len(classes), K), others).double()
    p[range(len(classes)), list(classes)] = confidence
    return p.log()


EVEN = Data(told(*range(K), *range(K)), classes=K)


def test_it_is_registered():
    entry = Registry.discover().get("metric", "class-balance")
    assert (entry.plugin, entry.load()) == ("metrics", ClassBalance)


def test_the_data_itself_is_balanced():
    assert METRIC(EVEN, EVEN) == {
        "class_distance": 0.0,
        "effective_classes": pytest.approx(K),
        "missing_classes": 0.0,
        "confidence": pytest.approx(1),
    }


def test_half_the_classes():
    found = METRIC(EVEN, Data(told(0, 1, 1, 0)))
    assert found == {
        "class_distance": pytest.approx(0.5),
        "effective_classes": pytest.approx(2),
        "missing_classes": 2.0,
        "confidence": pytest.approx(1),
    }


def test_shares_by_hand():
    """1/2, 1/4, 1/4 and 0 against 1/4 each."""
    found = METRIC(EVEN, Data(told(0, 0, 0, 0, 1, 1, 2, 2)))
    assert found["class_distance"] == pytest.approx(0.25)
    assert found["effective_classes"] == pytest.approx(math.exp(1.5 * math.log(2)))
    assert found["missing_classes"] == 1


def test_it_is_the_datas_shares_that_count_not_even_ones():
    """Three quarters, a quarter, and two classes that the data has not either."""
    uneven = Data(told(0, 0, 0, 1), classes=K)
    assert METRIC(uneven, uneven)["class_distance"] == 0
    assert METRIC(uneven, uneven)["missing_classes"] == 0
    assert METRIC(uneven, EVEN)["class_distance"] == pytest.approx(0.5)


def test_a_sample_counts_as_much_as_it_is_certain():
    doubtful = torch.cat([told(0, 1, 2), told(3, confidence=0.5)])
    found = METRIC(EVEN, Data(doubtful))
    assert found["class_distance"] == pytest.approx(0.25 - 0.5 / 3.5)
    assert found["confidence"] == pytest.approx(3.5 / 4)


def test_less_than_a_tenth_of_its_share_is_missing():
    """Of a quarter: 1 of 41 is, 1 of 39 is not."""
    assert METRIC(EVEN, Data(told(3, *[0, 1] * 20, 2, 2, 2)))["missing_classes"] == 1
    assert METRIC(EVEN, Data(told(3, *[0, 1] * 17, 2, 2, 2)))["missing_classes"] == 0


def test_what_it_refuses():
    with pytest.raises(UsageError, match="'class-balance' needs a classifier"):
        ClassBalance(Plain(K)).check(EVEN)
    with pytest.raises(UsageError, match=r"the data's own 4 classes, and .* 'plain' have 7"):
        ClassBalance(Plain(7, 7)).check(EVEN)
    with pytest.raises(UsageError, match="needs 2 generated samples or more, and there are 0"):
        METRIC(EVEN, EVEN.first(0))
