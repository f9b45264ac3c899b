"""The check that a recipe can be trained and evaluated, made before any training."""

from __future__ import annotations

from collections.abc import Sequence

from ganzoo.assembly.build import build, component
from ganzoo.data.files import data_dir
from ganzoo.data.splits import Splits
from ganzoo.evaluation.evaluate import metric_inputs
from ganzoo.evaluation.selection import requested, select
from ganzoo.experiments.plan import Expected
from ganzoo.recipe import Part, Recipe
from ganzoo.registry import Registry
from ganzoo.request import Request, load_data
from ganzoo.rng import seeded
from ganzoo.types import Data


class Feasibility:
    """Builds games and metrics to see that they fit. metrics: names; else all metrics that fit the
    data. samples: the number of fake samples. A dataset is read once for all recipes with it."""

    def __init__(
        self,
        registry: Registry,
        request: Request,
        metrics: Sequence[str] = (),
        samples: int | None = None,
    ) -> None:
        self._registry, self._request = registry, request
        self._metrics, self._samples = metrics, samples
        self._read: dict[str, tuple[Part, Data, set[Expected]]] = {}

    def check(self, recipe: Recipe) -> set[Expected]:
        """The expected results of an evaluation of the recipe's run.

        Raises UsageError for a game that cannot be played, or a metric that does not fit."""
        key = repr(recipe.dataset)
        if key not in self._read:
            full, data = load_data(recipe, self._registry, self._request)
            self._read[key] = full.dataset, data, self._expected(full.dataset)
        part, data, expected = self._read[key]
        with seeded(0):
            spec = data.spec(recipe.low, recipe.high)
            build(recipe.replace(dataset=part), spec, self._registry)
        return expected

    def _expected(self, part: Part) -> set[Expected]:
        dataset = component("dataset", part, self._registry)
        data = Splits(dataset, data_dir(self._request.data_root))
        selected = select(
            requested(self._registry, self._metrics or None, {}),
            self._registry,
            metric_inputs(part.bare, data, "auto", self._registry, self._request.device),
            fakes=self._samples,
            split=None,
        )
        return {(metric.entry.plugin, metric.entry.name, metric.fakes) for metric in selected}
