"""The metric ``stacked-modes``: each channel is read as a digit of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from ganzoo import Data, Features, Registry, UsageError
from ganzoo_modes.stacked import StackedModes

from .metric_tools import normal


class Corner(Features):
    """Reads the digit that the first pixel is."""

    name, fingerprint, dim, classes = "corner", "0" * 16, 1, 10

    def vectors(self, samples: Data) -> Iterator[Tensor]:
        raise AssertionError("only the logits are of use")

    def logits(self, samples: Data) -> Iterator[Tensor]:
        assert samples.x.shape[1:] == (1, 28, 28)
        assert samples.x.is_contiguous()
        for piece in samples.x.split(300):
            yield 5.0 * torch.eye(10)[piece[:, 0, 0, 0].long()] - 2.5


def stacks(*numbers: int) -> Data:
    """Stacks that show these numbers."""
    x = torch.zeros(len(numbers), 3, 28, 28, dtype=torch.uint8)
    digits = torch.tensor([[n // 100, n // 10 % 10, n % 10] for n in numbers])
    x[:, :, 0, 0] = digits.byte()
    return Data(x, torch.tensor(numbers), classes=1000)


METRIC = StackedModes(Corner())
REAL = stacks(7, 70, 700)


def test_it_is_registered():
    entry = Registry.discover().get("metric", "stacked-modes")
    assert (entry.plugin, entry.load()) == ("modes", StackedModes)
    assert (StackedModes.num_fakes, StackedModes.features_of) == (26_000, "mnist")


def test_all_modes():
    assert METRIC(REAL, stacks(*range(1000))) == {
        "stacked_modes": 1000.0,
        "stacked_kl": pytest.approx(0, abs=1e-12),
    }


def test_the_order_of_the_digits_matters():
    found = METRIC(REAL, stacks(123, 321, 213, 123))
    assert found["stacked_modes"] == 3
    assert found["stacked_kl"] == pytest.approx(math.log(1000) - 1.5 * math.log(2))


def test_one_mode():
    found = METRIC(REAL, stacks(*[555] * 400))
    assert found == {"stacked_modes": 1.0, "stacked_kl": pytest.approx(math.log(1000))}


def test_the_labels_of_the_fakes_are_not_read():
    fake = stacks(1, 2, 3)
    assert METRIC(REAL, replace(fake, y=None, classes=0)) == METRIC(REAL, fake)


@pytest.mark.parametrize(
    "real",
    [
        normal(9),
        replace(REAL, x=REAL.x[:, :1]),
        replace(REAL, classes=10),
        replace(REAL, y=None, classes=0),
    ],
    ids=["vectors", "gray", "ten classes", "no classes"],
)
def test_data_that_is_no_stack_of_digits_is_refused(real):
    with pytest.raises(UsageError, match="'stacked-modes' is for stacks of three digits"):
        METRIC.check(real)


def test_features_of_other_things_are_refused():
    other = Corner()
    other.classes = 1008
    with pytest.raises(UsageError, match=r"classifier of single digits, and .* have 1008"):
        StackedModes(other).check(REAL)


def test_fakes_that_do_not_fit_are_refused():
    with pytest.raises(UsageError, match=r"of the shape \(3, 28, 28\); there are 0"):
        METRIC(REAL, REAL.first(0))
    with pytest.raises(UsageError, match=r"there are 3, of \(1, 28, 28\)"):
        METRIC(REAL, replace(REAL, x=REAL.x[:, :1]))
