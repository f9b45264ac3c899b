"""Which metrics are computed, with which options, on which samples."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ganzoo.assembly.build import component
from ganzoo.assembly.signature import asked, check_options, options_of
from ganzoo.data.splits import Splits
from ganzoo.errors import GanzooError, UsageError, near
from ganzoo.interfaces import Features, Metric
from ganzoo.recipe import Part
from ganzoo.registry import Registry
from ganzoo.registry.entries import Entry
from ganzoo.types import Data

FAKES = 10_000  # where neither the metric nor anybody else says how many


@dataclass
class Given:
    """What metrics may be handed. of: the features that one of them wants of another dataset."""

    features: Features
    data: Splits
    of: Callable[[str], Features]


@dataclass
class Wanted:
    """A metric that is registered, with the options given for it. required: whether somebody asked
    for it, so that it may not be left out."""

    entry: Entry
    given: dict[str, Any]
    required: bool


@dataclass
class Chosen:
    """A metric that is to be computed.

    options: all of them. features: those that it looks at, if any. real: all of the split. fakes:
    how many it is shown. values: what it gave, for each set of fakes.
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

    def measure(self, fake: Data) -> bool:
        """Compute it once more. False where it refuses, and nobody asked for it."""
        try:
            found = self.metric(self.real, fake)
        except UsageError:
            if self.required or self.values:
                raise
            return False
        unknown = [name for name in found if name not in self.metric.lower_is_better]
        if unknown or not found:
            trouble = f"does not say which way {unknown[0]!r} is better" if found else "is empty"
            raise GanzooError(
                f"The metric {self.entry.name!r} of plugin {self.entry.plugin!r} gave a result "
                f"that {trouble}: `ganzoo check {self.entry.plugin}` tells its author."
            )
        self.values.append({name: float(value) for name, value in found.items()})
        return True


def wanted(
    registry: Registry, names: Sequence[str] | None, settings: Mapping[str, Any]
) -> list[Wanted]:
    """The metrics named, else all, each with its options, by dotted path in ``settings``. Raises
    UsageError for a name or an option that there is not."""
    if names is None:
        found = [Wanted(entry, {}, False) for entry in registry.entries("metric")]
    else:
        entries = {entry.qualified: entry for entry in (registry.get("metric", n) for n in names)}
        found = [Wanted(entry, {}, True) for entry in entries.values()]
    for path, value in settings.items():
        name, _, option = path.rpartition(".")
        meant = [each for each in found if name in (each.entry.name, each.entry.qualified)]
        if len(meant) != 1:
            known = near(name, [each.entry.name for each in found])
            raise UsageError(f"{path}: {name!r} is no metric of this evaluation. {known}")
        meant[0].given[option], meant[0].required = value, True
    for each in found:
        if each.given:
            check_options(each.entry.load(), "metric", each.entry.name, each.given)
    return found


def fitting(
    metrics: Sequence[Wanted],
    registry: Registry,
    given: Given,
    *,
    fakes: int | None,
    split: str | None,
) -> list[Chosen]:
    """The metrics, made, that fit the data. Raises UsageError where one that somebody asked for
    does not, or where none does."""
    chosen = []
    for each in metrics:
        try:
            made = _made(each, registry, given, fakes=fakes, split=split)
        except UsageError:
            if each.required:
                raise
        except GanzooError as error:  # a plugin's own mistake
            if each.required:
                raise
            warnings.warn(str(error), stacklevel=3)
        else:
            if (each.required or made.metric.default) and _enough(made):
                chosen.append(made)
    if not chosen:
        known = ", ".join(each.entry.name for each in metrics) or "none"
        raise UsageError(f"No metric fits this data. Installed: {known}.")
    return chosen


def _made(
    wanted: Wanted, registry: Registry, given: Given, *, fakes: int | None, split: str | None
) -> Chosen:
    entry = wanted.entry
    constructor, plugin = entry.load(), registry.plugin(entry.plugin)
    other: str | None = getattr(constructor, "features_of", None)
    features = given.of(other) if other else given.features
    part = Part(entry.qualified, wanted.given)
    metric: Metric = component("metric", part, registry, features=features, data=given.data)
    name, real = _real(given.data, metric, split)
    metric.check(real)
    return Chosen(
        entry,
        metric,
        wanted.required,
        version=plugin.version or plugin.sha256[:12],
        options=_all_knobs(constructor, wanted),
        features=features if "features" in asked(constructor, "metric") else None,
        split=name,
        real=real,
        fakes=fakes or metric.num_fakes or FAKES,
    )


def _real(data: Splits, metric: Metric, split: str | None) -> tuple[str, Data]:
    """The reals to compare with, and their split: the one asked for, else the metric's, else, where
    the dataset has none such, its first."""
    if split is not None and split not in data:
        raise UsageError(f"The dataset has no split {split!r}. {near(split, data)}")
    if split is not None:
        return split, data[split]
    try:
        return metric.split, data[metric.split]
    except (KeyError, UsageError):
        first = next(iter(data))
        return first, data[first]


def _enough(each: Chosen) -> bool:
    """Whether there are samples enough. Where not, and it was asked for, raises UsageError."""
    name, least = each.entry.name, each.metric.min_samples
    if each.fakes < least:
        trouble = f"generated samples, and {each.fakes} were asked for: use -n {least} or more."
    elif len(each.real) < least:
        trouble = f"real samples, and the split {each.split!r} has {len(each.real)}."
    else:
        return True
    trouble = f"The metric {name!r} needs at least {least} {trouble}"
    if each.required:
        raise UsageError(trouble)
    warnings.warn(f"{trouble} It is left out.", stacklevel=4)
    return False


def _all_knobs(constructor: Any, wanted: Wanted) -> dict[str, Any]:
    """Given and default, as plain data."""
    given = check_options(constructor, "metric", wanted.entry.name, wanted.given)
    defaults = {name: option.default for name, option in options_of(constructor, "metric").items()}
    plain: dict[str, Any] = json.loads(json.dumps({**defaults, **given}, default=str))
    return plain
