"""The end of a training: the run's folder, and the commands to use next."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from functools import partial

from ganzoo.cli.console import forgiving
from ganzoo.cli.next_experiment import next_experiment
from ganzoo.cli.terminal import beside_or_above
from ganzoo.paths import shortened
from ganzoo.registry import Registry
from ganzoo.run import Run


@forgiving
def farewell(run: Run, registry: Registry | None = None) -> None:
    """Print the run's folder and the commands to use next; with a registry, a next experiment."""
    print(f"\nThe run is in {_short(run)}")
    print("\n".join(beside_or_above(dict(_commands(run)))))
    experiment = next_experiment(run, registry) if registry else None
    if experiment:
        print(f"A next experiment, with another loss:\n  {experiment}")


def _commands(run: Run) -> Iterator[tuple[str, str]]:
    """Commands for the run, each with its meaning. A game that translates images needs images to
    translate, so its samples are not drawn from noise alone."""
    command, best = partial(run.command, path=shortened(run.path)), run.best_generator.exists()
    if run.config.get("translations"):
        yield command("translate"), "translate images of the data"
        yield command("translate", "IMAGES"), "translate images of your own"
        if best:
            yield command("translate", "--weights best"), "translate by the best generator"
    else:
        yield command("sample"), "draw new samples"
        if best:
            yield command("sample", "--weights best"), "draw from the best generator"
        yield command("interpolate"), "interpolate between samples"
    if any(run.samples.iterdir()):
        yield f"ganzoo animate {_short(run)}", "show how the samples changed"
    yield command("resume", f"--steps {2 * run.config['recipe']['steps']}"), "train on"


def _short(run: Run) -> str:
    return shlex.quote(str(shortened(run.path)))
