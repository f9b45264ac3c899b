"""The check that a recipe can be trained and evaluated, made before any training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ganzoo.assembly.build import build, component
from ganzoo.data.files import data_dir
from ganzoo.data.splits import Splits
from ganzoo.engine.game import Game
from ganzoo.errors import GanzooError
from ganzoo.evaluation.evaluate import metric_inputs
from ganzoo.evaluation.features import ClassifierFeatures
from ganzoo.evaluation.objective import Objective
from ganzoo.evaluation.selection import (
    MetricInputs,
    MetricRequest,
    SelectedMetric,
    requested,
    select,
)
from ganzoo.experiments.plan import ALL, CHEAP, Expected
from ganzoo.recipe import Part, Recipe
from ganzoo.registry import Registry
from ganzoo.rng import seeded
from ganzoo.training.request import Request, load_data
from ganzoo.types import Data


@dataclass(frozen=True)
class Measured:
    """A dataset: its part or that of its fallback, its training split, and how a run on it is
    measured. inputs: those that the metrics were made with."""

    part: Part
    data: Data
    inputs: MetricInputs
    metrics: Sequence[SelectedMetric]


class Feasibility:
    """Builds games and metrics to see that they fit. metrics, samples: as in Plan. A dataset is
    read once for all recipes with it."""

    def __init__(
        self,
        registry: Registry,
        request: Request,
        metrics: Sequence[str] = (),
        samples: int | None = None,
    ) -> None:
        self._registry, self._request = registry, request
        self.device = request.device
        self._metrics, self.samples = metrics, samples
        self._loaded: dict[str, tuple[Part, Data]] = {}
        self._read: dict[str, Measured] = {}

    def ranked(self, recipe: Recipe, metric: str | None) -> Objective:
        """The number by which the recipe's runs are ranked, and the only one that they are measured
        by from now on: METRIC or METRIC.NUMBER, or None for that of the data's view. Raises
        UsageError for an unknown metric or number."""
        if metric is not None:
            objective = Objective.of(metric, self._registry)
        else:
            objective = Objective.by_default(self._data(recipe)[1], self._registry)
        self._metrics = [objective.metric]
        return objective

    def check(self, recipe: Recipe) -> set[Expected]:
        """The expected results of an evaluation of the recipe's run.

        Raises UsageError for a game that cannot be played, or a metric that does not fit."""
        self.game(recipe)
        metrics = self.measured(recipe).metrics
        return {(metric.entry.plugin, metric.entry.name, metric.fakes) for metric in metrics}

    def game(self, recipe: Recipe) -> tuple[Part, Data, Game]:
        """The dataset of the recipe, or its fallback, its training split, and the game."""
        read = self.measured(recipe)
        part, data = read.part, read.data
        with seeded(0):
            spec = data.spec(recipe.low, recipe.high)
            return part, data, build(recipe.replace(dataset=part), spec, self._registry)

    def measured(self, recipe: Recipe) -> Measured:
        """The dataset of the recipe, and the metrics of its run."""
        key = repr(recipe.dataset)
        if key not in self._read:
            self._read[key] = self._selected(*self._data(recipe))
        return self._read[key]

    def _data(self, recipe: Recipe) -> tuple[Part, Data]:
        """The dataset of the recipe, or its fallback, and its training split."""
        key = repr(recipe.dataset)
        if key not in self._loaded:
            full, data = load_data(recipe, self._registry, self._request)
            self._loaded[key] = full.dataset, data
        return self._loaded[key]

    def _selected(self, part: Part, train: Data) -> Measured:
        dataset = component("dataset", part, self._registry)
        data = Splits(dataset, data_dir(self._request.data_root))
        inputs = metric_inputs(part.bare, data, "auto", self._registry, self.device)
        requests = requested(self._registry, None, {})
        if self._metrics and [*self._metrics] != [ALL]:
            requests = requested(self._registry, self._metrics, {})
        elif train.discrete and not self._metrics:
            requests = _cheap(requests, inputs) or requests
        selected = select(requests, self._registry, inputs, fakes=self.samples, split=None)
        return Measured(part, train, inputs, selected)


def _cheap(requests: Sequence[MetricRequest], inputs: MetricInputs) -> list[MetricRequest]:
    """The metrics in CHEAP; none if their features are not available here. The classifier of
    labelled data is always available, since an evaluation trains it."""
    if not isinstance(inputs.features, ClassifierFeatures):
        try:
            inputs.features.fingerprint  # noqa: B018 - raises if the weights are not available
        except GanzooError:
            return []
    return [each for each in requests if each.entry.name in CHEAP]
