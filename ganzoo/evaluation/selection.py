"""The selection of metrics: their options, features, and numbers of samples."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from ganzoo.assembly.build import component
from ganzoo.assembly.signature import asked, check_options, options_of
from ganzoo.data.splits import Splits
from ganzoo.errors import GanzooError, UsageError, near
from ganzoo.evaluation.features import Coordinates
from ganzoo.interfaces import Features, Metric
from ganzoo.recipe import Part
from ganzoo.registry import Registry
from ganzoo.registry.entries import Entry
from ganzoo.types import Data

FAKES = 10_000  # fake samples, if neither the metric nor the caller gives their number


@dataclass
class MetricInputs:
    """The inputs of metrics. features: of this dataset. data: its splits. features_of: gives the
    features of another dataset by its name."""

    features: Features
    data: Splits
    features_of: Callable[[str], Features]


@dataclass
class MetricRequest:
    """A registered metric, with the options that the caller sets. required: whether the caller
    asked for it by name, so that it may not be left out."""

    entry: Entry
    options: dict[str, Any]
    required: bool


@dataclass
class SelectedMetric:
    """A metric that will be computed.

    options: all options, with the defaults. features: the features that it uses, else None. real:
    the samples of the split. fakes: the number of fake samples. values: the metric's numbers, for
    each set of fake samples.
    """

    entry: Entry
    metric: Metric
    required: bool
    version: str
    options: dict[str, Any]
    features: Features | None
    split: str
    real: Data
    fakes: int
    values: list[dict[str, float]] = field(default_factory=list)

    def measure(self, fake: Data, rows: Tensor | None = None) -> bool:
        """Compute the metric for a set of fake samples. ``rows``: of the real samples whose
        conditions they were drawn by. Returns False if the metric refuses them and was not asked
        for by name."""
        real = self.real if rows is None or not self.metric.paired else self.real.rows(rows)
        try:
            numbers = self.metric(real, fake)
        except UsageError:
            if self.required or self.values:
                raise
            return False
        unknown = [name for name in numbers if name not in self.metric.lower_is_better]
        if unknown or not numbers:
            fault = f"has no lower_is_better for {unknown[0]!r}" if numbers else "is empty"
            raise GanzooError(
                f"The metric {self.entry.name!r} of plugin {self.entry.plugin!r} gave a result "
                f"that {fault}: `ganzoo check {self.entry.plugin}` shows the fault to its author."
            )
        self.values.append({name: float(value) for name, value in numbers.items()})
        return True


def requested(
    registry: Registry, names: Sequence[str] | None, settings: Mapping[str, Any]
) -> list[MetricRequest]:
    """The metrics of these names, by default all metrics, each with its options from ``settings``,
    which has dotted paths. Raises UsageError for an unknown name or option."""
    if names is None:
        requests = [MetricRequest(entry, {}, False) for entry in registry.entries("metric")]
    else:
        entries = {entry.qualified: entry for entry in (registry.get("metric", n) for n in names)}
        requests = [MetricRequest(entry, {}, True) for entry in entries.values()]
    for path, value in settings.items():
        name, _, option = path.rpartition(".")
        matches = [r for r in requests if name in (r.entry.name, r.entry.qualified)]
        if len(matches) != 1:
            known = near(name, [request.entry.name for request in requests])
            raise UsageError(f"{path}: {name!r} is not a metric of this evaluation. {known}")
        matches[0].options[option], matches[0].required = value, True
    for request in requests:
        if request.options:
            name = request.entry.name
            check_options(request.entry.load(), "metric", name, request.options, path=name)
    return requests


def select(
    requests: Sequence[MetricRequest],
    registry: Registry,
    inputs: MetricInputs,
    *,
    fakes: int | None,
    split: str | None,
) -> list[SelectedMetric]:
    """The constructed metrics that fit the data. Raises UsageError if a required metric does not
    fit, or if no metric fits."""
    fitting = []
    for request in requests:
        try:
            metric = _constructed(request, registry, inputs, fakes=fakes, split=split)
        except UsageError:
            if request.required:
                raise
        except GanzooError as error:  # a fault of the plugin
            if request.required:
                raise
            warnings.warn(str(error), stacklevel=3)
        else:
            if request.required or metric.metric.default:
                fitting.append(metric)
    selected = []
    for metric in _meaningful(fitting, registry):
        if _enough(metric):
            selected.append(metric)
    if not selected:
        known = ", ".join(request.entry.name for request in requests) or "none"
        raise UsageError(f"No metric fits this data. Installed: {known}.")
    return selected


def _meaningful(metrics: list[SelectedMetric], registry: Registry) -> list[SelectedMetric]:
    """The metrics without those of the bare coordinates of samples whose view knows no distances;
    all of them, if there are no others."""

    def meaningless(metric: SelectedMetric) -> bool:
        view = metric.real.view
        if metric.required or view is None or not isinstance(metric.features, Coordinates):
            return False
        return not registry.get("view", view.name).load().distances

    return [metric for metric in metrics if not meaningless(metric)] or metrics


def _constructed(
    request: MetricRequest,
    registry: Registry,
    inputs: MetricInputs,
    *,
    fakes: int | None,
    split: str | None,
) -> SelectedMetric:
    entry = request.entry
    constructor, plugin = entry.load(), registry.plugin(entry.plugin)
    other: str | None = getattr(constructor, "features_of", None)
    features = inputs.features_of(other) if other else inputs.features
    part = Part(entry.qualified, request.options)
    metric: Metric = component("metric", part, registry, features=features, data=inputs.data)
    name, real = _real(inputs.data, metric, split)
    metric.check(real)
    return SelectedMetric(
        entry,
        metric,
        request.required,
        version=plugin.version or plugin.sha256[:12],
        options=_all_options(constructor, request),
        features=features if "features" in asked(constructor, "metric") else None,
        split=name,
        real=real,
        fakes=fakes or metric.num_fakes or FAKES,
    )


def _real(data: Splits, metric: Metric, split: str | None) -> tuple[str, Data]:
    """The split of the real samples and its data: ``split``, else the metric's split, else, if the
    dataset has no such split, its first split."""
    if split is not None and split not in data:
        raise UsageError(f"The dataset has no split {split!r}. {near(split, data)}")
    if split is not None:
        return split, data[split]
    try:
        return metric.split, data[metric.split]
    except (KeyError, UsageError):
        first = next(iter(data))
        return first, data[first]


def _enough(metric: SelectedMetric) -> bool:
    """Whether there are enough samples for the metric. If not: raises UsageError for a required
    metric, else warns."""
    name, least = metric.entry.name, metric.metric.min_samples
    if metric.fakes < least:
        problem = f"fake samples, not {metric.fakes}: use -n {least} or more."
    elif len(metric.real) < least:
        problem = (
            f"real samples, and the split {metric.split!r} has {len(metric.real)}: add samples to "
            "the split, or choose a larger one."
        )
    else:
        return True
    problem = f"The metric {name!r} needs at least {least} {problem}"
    if metric.required:
        raise UsageError(problem)
    warnings.warn(f"{problem} It is left out.", stacklevel=4)
    return False


def _all_options(constructor: Any, request: MetricRequest) -> dict[str, Any]:
    """The options set by the caller and the defaults of the others, as plain data."""
    options = check_options(constructor, "metric", request.entry.name, request.options)
    defaults = {name: option.default for name, option in options_of(constructor, "metric").items()}
    plain: dict[str, Any] = json.loads(json.dumps({**defaults, **options}, default=str))
    return plain
