"""The results of evaluations with their protocols, and the file evaluations.json of a run."""

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
from ganzoo.run import Run
from ganzoo.run.files import write_whole

FORMAT = 1
FILE = "evaluations.json"

# The fields that must be equal for two results to be compared. Not the seed, the repeats and the
# versions of libraries, which do not change the expected value; nor the fields of the run (step,
# ema), because runs are compared.
_COMPARED = (
    "metric",
    "plugin",
    "version",
    "options",
    "dataset",
    "dataset_knobs",
    "checksums",
    "split",
    "reals",
    "fakes",
    "features",
    "fingerprint",
)


@dataclass(frozen=True)
class Protocol:
    """The protocol of a result: all settings that are needed to measure it again.

    version: of the metric's plugin. options: all options of the metric, with the defaults.
    checksums: by split, of the training data and of the real samples. reals, fakes: the numbers of
    samples. features, fingerprint: empty if the metric uses the samples themselves. repeats: how
    many times fake samples were drawn, with the seeds seed, seed + 1, ... step, ema: of the
    generator. versions: of the libraries.
    """

    metric: str
    plugin: str
    version: str
    options: Mapping[str, Any]
    dataset: str
    dataset_knobs: Mapping[str, Any]
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
        """Eight hexadecimal digits, equal for two results if and only if they may be compared."""
        compared = {name: getattr(self, name) for name in _COMPARED}
        if all(self.checksums.values()):  # equal checksums: the same data, in any folder
            options = {k: v for k, v in self.dataset_knobs.items() if k != "path"}
            compared["dataset_knobs"] = options
        text = json.dumps(compared, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Result:
    """One number of a metric. name: of the number. value: the mean over the repeats; stderr: their
    standard deviation divided by the square root of their number, None for one repeat."""

    name: str
    value: float
    stderr: float | None
    lower_is_better: bool
    protocol: Protocol

    @property
    def metric(self) -> str:
        return self.protocol.metric

    def plain(self) -> dict[str, Any]:
        """The result as plain data, for JSON."""
        return {"metric": self.metric, "key": self.protocol.key, **asdict(self)}


def read(run: Run) -> list[Result]:
    """The results in the run's folder, oldest first. Raises GanzooError for a damaged file."""
    path = run.path / FILE
    if not path.is_file():
        return []
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        if plain["format"] != FORMAT:
            raise GanzooError(
                f"{path} is of format {plain['format']}; this ganzoo reads format {FORMAT}. Open "
                "it with the version of ganzoo that made it."
            )
        return msgspec.convert(plain["results"], list[Result])
    except (OSError, ValueError, KeyError, TypeError, msgspec.ValidationError) as error:
        raise GanzooError(f"{path} is damaged: {error}. Remove it, and evaluate again.") from None


def keep(run: Run, results: Iterable[Result]) -> None:
    """Write results into the run's folder; they replace older results of the same metric, protocol
    and step. Warns if the file cannot be written, so that the caller still gets results that may
    have taken an hour."""
    new = list(results)

    def identity(result: Result) -> tuple[str, str, int]:
        return result.metric, result.protocol.key, result.protocol.step

    replaced = {identity(result) for result in new}
    try:
        with FileLock(run.path / ".evaluations.lock"):
            old = [result for result in read(run) if identity(result) not in replaced]
            plain = {"format": FORMAT, "results": [result.plain() for result in (*old, *new)]}
            write_whole(run.path / FILE, (json.dumps(plain, indent=1) + "\n").encode())
    except (OSError, GanzooError) as error:
        warnings.warn(
            f"The results are not saved: {run.path / FILE} cannot be written "
            f"({error.__cause__ or error}).",
            stacklevel=3,
        )
