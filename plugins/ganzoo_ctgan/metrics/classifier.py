"""The use of generated rows: a classifier is trained on them."""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from ganzoo import Data, Metric, Splits, UsageError
from ganzoo_ctgan.columns import Column
from ganzoo_ctgan.metrics.tables import table

UNITS, RIDGE = 200, 1e-3


class TableClassifier(Metric):
    """A classifier of one discrete column by all others is trained on fakes, and tested on real
    rows of the split ``test`` (arXiv:1907.00503, section 5.1). A second one is trained on as many
    random rows of the split ``train``, the same every time, and on all of them if there are more
    fakes. The classifier is a least-squares fit of the one-hot categories by the other columns and
    by 200 rectified sums of them with random weights, the same in both.

    - ``accuracy_by_fakes``: of the classifier that was trained on fakes; 0 to 1.
    - ``accuracy_by_reals``: of the classifier that was trained on real rows.
    - ``accuracy_lost``: the second minus the first.

    If the rows that the classifiers are tested on are those of ``train``, the last two numbers are
    left out: the second classifier would know its answers.

    Args:
        target: name of the column; the last discrete column by default.
    """

    lower_is_better: ClassVar[dict[str, bool | None]] = {
        "accuracy_by_fakes": False,
        "accuracy_by_reals": None,
        "accuracy_lost": True,
    }

    def __init__(self, data: Splits, target: str = "") -> None:
        self.data, self.target = data, target

    def check(self, real: Data) -> None:
        self._place(table("table-classifier", real))

    def _place(self, columns: tuple[Column, ...]) -> int:
        places = {column.name: i for i, column in enumerate(columns) if column.categories}
        if not places or len(columns) < 2 or (self.target and self.target not in places):
            known = ", ".join(places) or "none"
            raise UsageError(
                "The metric 'table-classifier' predicts a discrete column, "
                f"table-classifier.target, by the others. Discrete columns of this data: {known}."
            )
        return places[self.target] if self.target else [*places.values()][-1]

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        columns = table("table-classifier", real, fake)
        place = self._place(columns)
        by_fakes = accuracy(columns, place, fake.x, real.x)
        train = self.data["train"].x
        if torch.equal(real.x, train):
            return {"accuracy_by_fakes": by_fakes}
        by_reals = accuracy(columns, place, some(train, len(fake)), real.x)
        numbers = (by_fakes, by_reals, by_reals - by_fakes)
        return dict(zip(self.lower_is_better, numbers, strict=True))

    def reading(self, values: Mapping[str, float]) -> str:
        if "accuracy_by_reals" in values:
            return ""
        return (
            "The metric 'table-classifier' has no rows to test on but those of the training, so "
            "accuracy_by_reals and accuracy_lost are left out. To keep rows for a test, train with "
            "dataset.test above 0, such as --set dataset.test=0.2"
        )


def some(rows: Tensor, count: int) -> Tensor:
    """So many random rows, the same every time, in their order; all rows if there are no more. The
    first rows of a file would be no sample of it: many files are sorted."""
    chosen = torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))[:count]
    return rows[chosen.sort().values.to(rows.device)]


def accuracy(columns: tuple[Column, ...], target: int, train: Tensor, test: Tensor) -> float:
    """The share of the test rows whose column ``target`` is predicted by a classifier that was
    fitted to other rows."""
    train, test = train.cpu(), test.cpu()
    others = [place for place in range(len(columns)) if place != target]
    mean, std = train.double().mean(0), train.double().std(0, correction=0)
    std = std.where(std > 1e-9 * train.abs().amax(0), 1.0)  # of a constant column: 1

    def inputs(rows: Tensor) -> Tensor:
        parts = []
        for place in others:
            x, size = rows[:, place], len(columns[place].categories)
            z = ((x - mean[place]) / std[place]).clamp(-10, 10).float()[:, None]
            parts.append(one_hot(x.long().clamp(0, size - 1), size).float() if size else z)
        return torch.cat(parts, 1)

    def features(rows: Tensor) -> Tensor:
        x = torch.cat((inputs(rows), torch.ones(len(rows), 1)), 1).double()
        dice = torch.Generator().manual_seed(0)
        units = torch.randn(x.shape[1], UNITS, generator=dice, dtype=torch.float64)
        return torch.cat((x, (x @ units).relu() / x.shape[1] ** 0.5), 1)

    x, size = features(train), len(columns[target].categories)
    y = one_hot(train[:, target].long().clamp(0, size - 1), size).double()
    square = x.T @ x + RIDGE * len(x) * torch.eye(x.shape[1], dtype=torch.float64)
    guess = (features(test) @ torch.linalg.solve(square, x.T @ y)).argmax(1)
    return float((guess == test[:, target].long()).double().mean())
