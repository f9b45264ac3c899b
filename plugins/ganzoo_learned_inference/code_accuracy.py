"""How well a latent code agrees with the classes of the data."""

from typing import ClassVar

import torch
from torch import Tensor

from ganzoo import Data, Features, Metric, UsageError
from ganzoo_learned_inference.assignment import best_assignment


class CodeAccuracy(Metric):
    """The agreement of a latent code of categories with the classes of the data, which the training
    never saw (arXiv:1606.03657, section 7.2). A classifier of the data names the class of each
    fake.

    - ``code_accuracy``: the share of fakes whose class is the one assigned to their category, in
      [0, 1]. Each category has a class of its own: of all assignments one to one, the best. 1 / K
      for a code without influence on the class of K.
    - ``code_purity``: the same, where each category has the class that most of its fakes have, and
      two categories may have the same class; never less.

    Args:
        code: the name of the code; empty for the only code of categories.

    Raises UsageError for fakes without such a code.
    """

    lower_is_better: ClassVar[dict[str, bool]] = {"code_accuracy": False, "code_purity": False}
    min_samples: ClassVar[int] = 1

    def __init__(self, features: Features, code: str = "") -> None:
        self.features, self.code = features, code

    def check(self, real: Data) -> None:
        if self.features.classes < 2 or self.features.classes != real.classes:
            raise UsageError(
                "The metric 'code-accuracy' needs a classifier of the data's own classes; the data "
                f"has {real.classes}, and the features {self.features.name!r} have "
                f"{self.features.classes}."
            )

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        self.check(real)
        category = self._category(fake)
        predicted = torch.cat([piece.argmax(1).cpu() for piece in self.features.logits(fake)])
        classes = self.features.classes
        size = max(int(category.max()) + 1, classes)  # with more classes than categories, empty
        pairs = (category * classes + predicted).bincount(minlength=size * classes)
        table = pairs.reshape(size, classes).double()  # (categories, classes)
        square = torch.nn.functional.pad(table, (0, size - classes)).tolist()
        matched = sum(square[row][column] for row, column in enumerate(best_assignment(square)))
        return {
            "code_accuracy": matched / len(fake),
            "code_purity": table.amax(1).sum().item() / len(fake),
        }

    def _category(self, fake: Data) -> Tensor:
        """The category of each fake, int64 (N,)."""
        known = [name for name, code in fake.cond.items() if not code.is_floating_point()]
        name = self.code or (known[0] if len(known) == 1 else "")
        if name not in known:
            raise UsageError(
                "The metric 'code-accuracy' needs fakes of a prior with a code of categories"
                + (f"; it has {', '.join(known)}: choose one as code." if known else ".")
            )
        return fake.cond[name].cpu()
