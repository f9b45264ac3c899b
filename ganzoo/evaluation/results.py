"""The results of evaluations, each with its protocol, and the file of a run that holds them."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import msgspec
from filelock import FileLock

from ganzoo.errors import GanzooError
from ganzoo.evaluation.rounding import arrow, shown
from ganzoo.run import Run
from ganzoo.run.files import write_whole

FORMAT = 1
FILE = "evaluations.json"

# The fields that must agree for two results to be comparable. The seed, the number of repeats and
# the versions of libraries are not among them; nor is the run, since runs are compared.
_COMPARED = (
    "metric",
    "plugin",
    "version",
    "options",
    "dataset",
    "dataset_options",
    "checksums",
    "split",
    "reals",
    "fakes",
    "features",
    "fingerprint",
)


@dataclass(frozen=True)
class Protocol:
    """How a number was measured, with all that is needed to measure it again.

    version: the version of the metric's plugin. options: all options of the metric, with the
    defaults. checksums: the checksums of the training split and of the split of the reals, by name.
    reals, fakes: the numbers of samples. features, fingerprint: empty if the metric compares the
    samples themselves. repeats: how many times fakes were drawn, with the seeds seed, seed + 1, ...
    step, ema: the step of the generator's weights, and the decay of their average, 0 for the raw
    weights. versions: the versions of libraries.
    """

    metric: str
    plugin: str
    version: str
    options: Mapping[str, Any]
    dataset: str
    dataset_options: Mapping[str, Any]
    checksums: Mapping[str, str | None]
    split: str
    reals: int
    fakes: int
    features: str
    fingerprint: str
    repeats: int
    seed: int
    step: int
    ema: float | None
    versions: Mapping[str, str]

    @property
    def key(self) -> str:
        """Eight hexadecimal digits that are the same for two results if, and only if, the results
        are comparable."""
        compared = {name: getattr(self, name) for name in _COMPARED}
        if all(self.checksums.values()):  # equal checksums: the same data at any path
            options = {k: v for k, v in self.dataset_options.items() if k != "path"}
            compared["dataset_options"] = options
        text = json.dumps(compared, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Result:
    """One number of a metric. name: the number's name. value: the mean over the repeats. stderr:
    their standard deviation divided by the root of their number; None for one repeat.
    lower_is_better: None for a number without a better direction."""

    name: str
    value: float
    stderr: float | None
    lower_is_better: bool | None
    protocol: Protocol

    @property
    def metric(self) -> str:
        return self.protocol.metric

    def plain(self) -> dict[str, Any]:
        """The result as plain data, for JSON."""
        return {"metric": self.metric, "key": self.protocol.key, **asdict(self)}

    def __repr__(self) -> str:
        p = self.protocol
        against = f"{p.fakes:,} fakes against {p.reals:,} reals of {p.dataset} ({p.split})"
        number = f"{shown(self.value, self.stderr)} {arrow(self.lower_is_better)}"
        return f"{self.name} {number}  {against}"


class Results(list[Result]):
    """A list of results, which a notebook shows as a table."""

    def __repr__(self) -> str:
        return "\n".join(map(repr, self)) or "No results"

    def _repr_html_(self) -> str:
        from ganzoo.notebook import views

        return views.of_results(self)


def read(run: Run) -> Results:
    """The results of the run, oldest first. Raises GanzooError if their file is damaged."""
    path = run.path / FILE
    if not path.is_file():
        return Results()
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        if plain["format"] != FORMAT:
            raise GanzooError(
                f"{path} has format {plain['format']}; this ganzoo reads format {FORMAT}. Open "
                "it with the version that wrote it."
            )
        return Results(msgspec.convert(plain["results"], list[Result]))
    except (OSError, ValueError, KeyError, TypeError, msgspec.ValidationError) as error:
        raise GanzooError(f"{path} is damaged: {error}. Remove it, and evaluate again.") from None


def keep(run: Run, results: Iterable[Result]) -> None:
    """Write results into the run; they replace older results of the same metric, protocol and
    weights. If the run cannot be written to, this only warns, so that the results are not lost."""
    new = list(results)

    def about(result: Result) -> tuple[str, str, int, float | None]:
        protocol = result.protocol
        return result.metric, protocol.key, protocol.step, protocol.ema

    replaced = {about(result) for result in new}
    try:
        with FileLock(run.path / ".evaluations.lock"):
            kept = [result for result in read(run) if about(result) not in replaced]
            plain = {"format": FORMAT, "results": [result.plain() for result in (*kept, *new)]}
            write_whole(run.path / FILE, (json.dumps(plain, indent=1) + "\n").encode())
    except (OSError, GanzooError) as error:
        warnings.warn(
            f"The results are not saved: {run.path / FILE} cannot be written "
            f"({error.__cause__ or error}).",
            stacklevel=3,
        )
