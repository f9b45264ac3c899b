"""The number by which trainings are ranked: in a training that is measured, a search, a race."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ganzoo.errors import UsageError, near
from ganzoo.interfaces import View
from ganzoo.registry import Registry
from ganzoo.types import Data


@dataclass(frozen=True)
class Objective:
    """A number of a metric. lower: whether a lower number is better."""

    metric: str
    number: str
    lower: bool

    @classmethod
    def of(cls, name: str, registry: Registry) -> Objective:
        """``name``: METRIC or METRIC.NUMBER. Raises UsageError for an unknown metric or number, and
        for a number without a better direction."""
        metric, _, number = name.partition(".")
        entry = registry.get("metric", metric)
        numbers: Mapping[str, bool | None] = entry.load().lower_is_better
        number = number or (entry.name if entry.name in numbers else next(iter(numbers)))
        if number not in numbers:
            raise UsageError(f"The metric {metric!r} gives no {number!r}. {near(number, numbers)}")
        lower = numbers[number]
        if lower is None:
            directed = [name for name in numbers if numbers[name] is not None]
            raise UsageError(
                f"{number!r} has no better direction, so runs cannot be ranked by it. "
                f"Others of {metric!r}: {', '.join(directed) or 'none'}."
            )
        return cls(metric, number, lower)

    @classmethod
    def by_default(cls, data: Data, registry: Registry) -> Objective:
        """If the user names no metric: that of the data's view."""
        view = View if data.view is None else registry.get("view", data.view.name).load()
        return cls.of(view.metric, registry)

    @property
    def full_name(self) -> str:
        """METRIC.NUMBER."""
        return f"{self.metric}.{self.number}"

    @property
    def name(self) -> str:
        """METRIC.NUMBER, or METRIC if the number has the same name."""
        return self.metric if self.metric == self.number else self.full_name
