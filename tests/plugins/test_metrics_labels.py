"""Label accuracy, by hand."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import one_hot

from ganzoo import Data, UsageError
from ganzoo_metrics.labels import LabelAccuracy

from .metric_tools import Plain

METRIC = LabelAccuracy(Plain(3, 3, pieces=2))
REAL = Data(torch.eye(3), classes=3)


def predicted(*classes: int, labels: list[int] | None = None) -> Data:
    x = one_hot(torch.tensor(classes), 3).double()
    return Data(x, None if labels is None else torch.tensor(labels), classes=3)


def test_the_shares_of_all_fakes_and_of_the_worst_label() -> None:
    found = METRIC(REAL, predicted(0, 0, 1, 2, 2, labels=[0, 0, 1, 1, 2]))
    assert found == {"label_accuracy": pytest.approx(0.8), "worst_label": pytest.approx(0.5)}


def test_it_refuses_fakes_without_labels_and_other_classes() -> None:
    with pytest.raises(UsageError, match="for a conditional generator"):
        METRIC(REAL, predicted(0, 1))
    with pytest.raises(UsageError, match=r"the data's own 4 classes, and .* have 3"):
        METRIC.check(Data(torch.eye(4), classes=4))
