"""``ganzoo tune``: the search for good options."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ganzoo.assembly.settings import parse_setting
from ganzoo.cli import options
from ganzoo.cli.completion import setting_paths
from ganzoo.cli.group import registry_of
from ganzoo.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial


@click.command()
@options.recipe
@click.option(
    "--search",
    "searched",
    metavar="KEY=VALUES",
    multiple=True,
    required=True,
    shell_complete=setting_paths,
    help="Search this setting: LOW..HIGH, LOW..HIGH:log, or V1,V2,... Repeatable.",
)
@options.objective("The metric to optimise")
@click.option(
    "--trials",
    type=options.ONE_AT_LEAST,
    default=20,
    show_default=True,
    help="Trials in total.",
)
@click.option(
    "--checks",
    type=options.ONE_AT_LEAST,
    default=4,
    show_default=True,
    help="Number of times that a run is measured; it is pruned if earlier trials were better.",
)
@options.count("samples", "Number of fakes for the metric. By default the metric's own number.")
@options.settings("A setting of all trials.")
@options.steps("Steps of each trial.")
@options.seed
@options.device
@options.precision
@options.data_dir
@options.plugin_files
@options.out(
    "The folder of the trials. By default tuning/RECIPE. A stopped search continues in it."
)
@click.option(
    "--storage",
    metavar="URL",
    help="A database, or a file, that several machines share: each runs this command, and they "
    "search together.",
)
@options.as_json
@options.quiet("the best trials")
def tune(
    recipe: str,
    searched: tuple[str, ...],
    metric: str | None,
    trials: int,
    checks: int,
    samples: int | None,
    settings: tuple[str, ...],
    plugin_files: tuple[str, ...],
    out: str | None,
    storage: str | None,
    as_json: bool,
    quiet: bool,
    **request: Any,
) -> None:
    """Search for the settings of a RECIPE that give the best metric.

    Each trial is a run in DIR. Needs Optuna: pip install 'ganzoo[tune]'.
    """
    from ganzoo.experiments.space import option

    registry = registry_of(plugin_files)
    registry.get("recipe", recipe)
    options = [option(text) for text in searched]
    paths = [searched_option.path for searched_option in options]
    for path in paths:
        if paths.count(path) > 1:
            raise UsageError(f"{path} is searched twice. Give its values in one --search.")
    fixed = dict(map(parse_setting, settings))
    folder = Path(out or Path("tuning") / recipe.rpartition(":")[2])
    from ganzoo.experiments import tune as tuning
    from ganzoo.experiments.outcome import outcome

    shared = {key: request[key] for key in ("seed", "device", "data_dir")}
    try:
        study, objective = tuning.tune(
            recipe,
            options,
            metric,
            out=folder,
            trials=trials,
            checks=checks,
            training={"set": fixed, **request},
            evaluating={"samples": samples, **shared},
            registry=registry,
            trial_ended=_no_remark if quiet else _print_trial,
            storage=storage,
        )
    except KeyboardInterrupt:
        raise Interrupted(
            f"Interrupted. The trials so far are in {folder}; the same command continues them."
        ) from None
    shared = {**request, "set": fixed, "plugins": plugin_files}
    tuned = outcome(study, objective.name, folder, recipe, shared)
    if not as_json:
        click.echo(repr(tuned))
        return
    trials_done = [
        {"trial": trial.number, "run": trial.run, "value": trial.value, "set": trial.settings}
        for trial in tuned.trials
    ]
    plain = {
        "trials": trials_done,
        "importances": tuned.importances,
        "command": tuned.command,
    }
    click.echo(json.dumps(plain, indent=2))


def _no_remark(study: Study, trial: FrozenTrial) -> None:
    """For --quiet: a trial ends without a line."""


def _print_trial(study: Study, trial: FrozenTrial) -> None:
    from ganzoo.experiments.outcome import as_typed, settings_of
    from ganzoo.experiments.tune import TROUBLE

    settings = ", ".join(f"{key}={as_typed(value)}" for key, value in settings_of(trial).items())
    outcomes = {
        "COMPLETE": f"{trial.value or 0.0:.5g}",
        "PRUNED": f"{trial.value or 0.0:.5g} at step {trial.last_step}: pruned",
        "FAIL": f"failed: {trial.user_attrs.get(TROUBLE)}",
    }
    click.echo(f"trial {trial.number} ({settings}): {outcomes[trial.state.name]}", err=True)
