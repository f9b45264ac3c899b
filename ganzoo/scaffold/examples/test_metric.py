"""The metric compared with values computed by hand."""

import pytest
import torch
from ganzoo import Data

from metric import MeanGap


def test_it_is_the_root_mean_square_of_the_difference() -> None:
    real = Data(torch.tensor([[0.0, 0.0], [2.0, 0.0]]))  # mean (1, 0)
    fake = Data(torch.tensor([[4.0, 1.0], [4.0, 1.0]]))  # mean (4, 1)
    gap = MeanGap()(real, fake)
    assert gap == {"mean_gap": pytest.approx(((9 + 1) / 2) ** 0.5)}
    assert gap.keys() == MeanGap.lower_is_better.keys()


def test_equal_sets_have_no_gap() -> None:
    data = Data(torch.randn(50, 3))
    assert MeanGap()(data, data) == {"mean_gap": 0.0}
