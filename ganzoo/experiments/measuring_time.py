"""The time of the evaluations of a sweep, from a few samples of untrained generators."""

from __future__ import annotations

from contextlib import suppress

from ganzoo.errors import GanzooError
from ganzoo.evaluation.classifier import STEPS, fit
from ganzoo.evaluation.features import ClassifierFeatures
from ganzoo.evaluation.measure import draw
from ganzoo.evaluation.selection import MetricInputs, MetricRequest, select
from ganzoo.experiments.feasibility import Feasibility, Measured
from ganzoo.experiments.metric_time import FEW, MANY, Samples, of_metric, timed
from ganzoo.experiments.stand_in import StandIn
from ganzoo.interfaces import Features
from ganzoo.recipe import Recipe
from ganzoo.registry import Registry
from ganzoo.sampling.trained import Trained
from ganzoo.types import Data

IMAGES, ENOUGH = 16, 0.1  # images whose features are measured first, and seconds that are enough
FITTED = 20  # steps of a classifier


class MeasuringTime:
    """Measures the parts of an evaluation: the drawing of fakes, their features, and the metrics.
    classifiers: the seconds of training each classifier that the cache lacks, by the name of its
    features; it is trained once for all runs. The random generators are changed."""

    def __init__(self, fits: Feasibility, registry: Registry, repeats: int) -> None:
        self._fits, self._registry, self._repeats = fits, registry, repeats
        self._metrics: dict[str, float] = {}  # by the dataset, since all its runs have the same
        self.classifiers: dict[str, float] = {}

    def of_run(self, recipe: Recipe) -> float:
        """The seconds of an evaluation of a run with this recipe."""
        measured = self._fits.measured(recipe)
        trained = Trained(self._fits.game(recipe)[2], {}, 0)
        real = measured.metrics[0].real
        draw(trained, 1, 0, real=real)  # the first samples also prepare the kernels
        seconds, fake = timed(lambda: draw(trained, MANY, 0, real=real))
        drawn = self._repeats * sum({metric.fakes for metric in measured.metrics})
        key = repr(recipe.dataset)
        if key not in self._metrics:
            self._metrics[key] = self._of_metrics(measured, fake)
        return drawn * seconds / MANY + self._metrics[key]

    def _of_metrics(self, measured: Measured, fake: Data) -> float:
        """The seconds of the metrics of a run, and of the features that they read."""
        stand_ins: dict[int, StandIn] = {}

        def stand_in(features: Features) -> StandIn:
            return stand_ins.setdefault(id(features), StandIn(features))

        inputs, seconds = measured.inputs, 0.0
        alone = MetricInputs(
            stand_in(inputs.features), inputs.data, lambda name: stand_in(inputs.features_of(name))
        )
        requests = [MetricRequest(metric.entry, {}, True) for metric in measured.metrics]
        read: dict[int, dict[Samples, int]] = {key: {} for key in stand_ins}
        for metric in select(requests, self._registry, alone, fakes=self._fits.samples, split=None):
            features = metric.features if isinstance(metric.features, StandIn) else None
            with suppress(Exception):  # the evaluation leaves it out, or tells of its failure
                times = of_metric(metric, features, fake)
                seconds += times.first + self._repeats * times.each
                if features is not None:
                    read.setdefault(id(features.real), {}).update(times.read)
        for key, samples in read.items():
            number = sum(
                count * (self._repeats if name == "fake" else 1)
                for (name, _), count in samples.items()
            )
            if number:
                with suppress(GanzooError):  # the features are not available here
                    seconds += number * self._of_features(stand_ins[key].real, measured)
        return seconds

    def _of_features(self, features: Features, measured: Measured) -> float:
        """The seconds of the features of a sample."""
        train = measured.data
        if isinstance(features, ClassifierFeatures):
            train = features.train
            if not features.available() and features.name not in self.classifiers:
                fit(train, steps=1)  # the first step also prepares the kernels
                fitted, _ = timed(lambda: fit(train, steps=FITTED))
                self.classifiers[features.name] = fitted * STEPS / FITTED
            features = features.untrained()
        list(features.vectors(train.first(1)))  # the first image also prepares the kernels
        count = min(IMAGES, len(train))
        seconds, _ = timed(lambda: list(features.vectors(train.first(count))))
        if seconds < ENOUGH and len(train) > count:
            count = min(FEW, len(train))
            seconds, _ = timed(lambda: list(features.vectors(train.first(count))))
        return seconds / count
