"""What an evaluation found, with the protocol that it was found by, and the file that keeps it."""

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

# What must agree for two results to be compared. Not which noise was drawn, nor how often, nor the
# versions of what computes the same numbers; nor what the run is, since that is what is compared.
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
    """How a number was measured: all that it takes to measure it again.

    version: of the metric's plugin. options: all of the metric's, defaults too. checksums: by
    split, of the training data and of the reals. reals, fakes: how many. features, fingerprint:
    empty where the metric looks at the samples themselves. repeats: how many times fakes were
    drawn, with the seeds seed, seed + 1, ... step, ema: of the generator's weights; ema is 0 where
    they are no average. versions: of libraries.
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
        """Eight hexadecimal digits that two results share if, and only if, they may be compared."""
        compared = {name: getattr(self, name) for name in _COMPARED}
        if all(self.checksums.values()):  # the same files are the same data, wherever they lie
            options = {k: v for k, v in self.dataset_options.items() if k != "path"}
            compared["dataset_options"] = options
        text = json.dumps(compared, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Result:
    """One number. name: of the metric's results. value: the mean over the repeats; stderr: their
    standard deviation over the root of their number, None where there was one."""

    name: str
    value: float
    stderr: float | None
    lower_is_better: bool
    protocol: Protocol

    @property
    def metric(self) -> str:
        return self.protocol.metric

    def plain(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return {"metric": self.metric, "key": self.protocol.key, **asdict(self)}


def read(run: Run) -> list[Result]:
    """The results that the run has, oldest first. Raises GanzooError for a file that is damaged."""
    path = run.path / FILE
    if not path.is_file():
        return []
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        if plain["format"] != FORMAT:
            raise GanzooError(
                f"{path} is of format {plain['format']}; this ganzoo reads format {FORMAT}. Open "
                "it with the version that made it."
            )
        return msgspec.convert(plain["results"], list[Result])
    except (OSError, ValueError, KeyError, TypeError, msgspec.ValidationError) as error:
        raise GanzooError(f"{path} is damaged: {error}. Remove it, and evaluate again.") from None


def keep(run: Run, results: Iterable[Result]) -> None:
    """Write results into the run, in place of older ones of the same metric, protocol and weights.
    Warns where it cannot be written to: what took an hour to find is not lost for that."""
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
