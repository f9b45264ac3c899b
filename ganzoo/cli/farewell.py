"""The end of a training: the run's folder, and the commands to use next."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from ganzoo.cli.console import forgiving
from ganzoo.cli.next_experiment import next_experiment
from ganzoo.cli.terminal import beside_or_above
from ganzoo.registry import Registry
from ganzoo.run import Run


@forgiving
def farewell(run: Run, registry: Registry | None = None) -> None:
    """Print the run's folder and the commands to use next; with a registry, a next experiment."""
    path = _short(run)
    print(f"\nThe run is in {path}")
    print("\n".join(beside_or_above(dict(_commands(run, path)))))
    experiment = next_experiment(run, registry) if registry else None
    if experiment:
        print(f"A next experiment, with another loss:\n  {experiment}")


def _commands(run: Run, path: str) -> Iterator[tuple[str, str]]:
    """Commands for the run, each with its meaning. A game that translates images needs images to
    translate, so its samples are not drawn from noise alone."""
    best = run.best_generator.exists()
    if run.config.get("translations"):
        yield f"ganzoo translate {path}", "translate images of the data"
        yield f"ganzoo translate {path} IMAGES", "translate images of your own"
        if best:
            yield f"ganzoo translate {path} --weights best", "translate by the best generator"
    else:
        yield f"ganzoo sample {path}", "draw new samples"
        if best:
            yield f"ganzoo sample {path} --weights best", "draw from the best generator"
        yield f"ganzoo interpolate {path}", "interpolate between samples"
    if any(run.samples.iterdir()):
        yield f"ganzoo animate {path}", "show how the samples changed"
    yield f"ganzoo resume {path} --steps {2 * run.config['recipe']['steps']}", "train on"


def _short(run: Run) -> str:
    here = Path.cwd()
    return shlex.quote(
        str(run.path.relative_to(here) if run.path.is_relative_to(here) else run.path)
    )
