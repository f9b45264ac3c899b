"""``ganzoo train`` and ``ganzoo resume``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import click

from ganzoo.cli import component_options, options
from ganzoo.cli.completion import devices
from ganzoo.cli.group import hide_messages, registry_of
from ganzoo.cli.param_types import WholeNumber
from ganzoo.cli.processes import command
from ganzoo.registry import Registry, loggers
from ganzoo.registry.kinds import SWAPPED

if TYPE_CHECKING:
    from ganzoo.run import Run
    from ganzoo.types import Spec


# Arguments of a training that do not change the size or the speed of its steps.
NOT_ESTIMATED = (
    *("out", "profile", "log", "evaluate_every", "metric", "evaluate_samples", "patience"),
    *("init_from", "freeze_d"),
)


@click.command()
@options.recipe
@component_options.components
@options.settings("Set any option, such as 'generator.hidden=[512,512]'.")
@options.config("Settings from a TOML or JSON file.")
@options.steps("Steps of the training.")
@click.option("--epochs", type=options.ONE_AT_LEAST, help="Steps in passes through the data.")
@options.batch_size("Samples in a batch, of all processes together.")
@options.seed
@options.device
@options.precision
@options.memory_format
@options.graphs
@options.data_dir
@options.plugin_files
@options.out("The run's folder. By default a new folder in runs/.")
@click.option(
    "--profile",
    is_flag=True,
    help="Write a profile of steps 11 to 30 into the run's folder, and print its summary.",
)
@options.measuring
@click.option(
    "--init-from",
    metavar="RUN",
    type=options.PLACE,
    help="Start from the weights of this run, or of a file generator.safetensors. Weights of "
    "another shape start anew.",
)
@click.option(
    "--freeze-d",
    metavar="N",
    type=WholeNumber(0),
    default=0,
    help="Keep the first N layers of the discriminator as they are in --init-from.",
)
@options.log
@click.option(
    "--dry-run",
    is_flag=True,
    help="Take a few steps, print the size of the networks, the memory and the time that the "
    "training would need, and write no run.",
)
@options.reporting
def train(
    recipe: str,
    without: list[str],
    settings: tuple[str, ...],
    plugin_files: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    dry_run: bool,
    components: dict[str, Any],
    **request: Any,
) -> None:
    """Train a GAN by the name of its RECIPE.

    `ganzoo list recipe` lists the recipes; begin with vanilla-mlp.
    """
    from ganzoo.assembly.settings import parse_setting

    changes = dict(map(parse_setting, settings))
    registry = registry_of(plugin_files)
    loggers.choose(registry, request["log"])  # before torch is imported
    named = {"recipe": (recipe,), **components}
    if request["metric"]:
        named["metric"] = request["metric"].partition(".")[0]
    _check_names(registry, named)  # before torch is imported
    import ganzoo

    if dry_run:
        _estimate(recipe, changes, without, registry, as_json, quiet, {**request, **components})
        return
    with _decoding(as_json, quiet):
        run = ganzoo.train(
            recipe,
            set=changes,
            without=without,
            registry=registry,
            observers=_console(as_json, quiet),
            command=command(),
            **request,
            **components,
        )
    _finish(run, registry, as_json, quiet, profiled=request["profile"])


@click.command()
@options.run
@options.steps("Steps of the whole training.")
@options.settings(
    "Change a setting from this step on: an option of an optimizer, such as optimizer.g.lr=1e-4, "
    "of a penalty or an augmentation, or an interval such as log_every."
)
@options.moved
@click.option(
    "--device",
    metavar="NAME",
    shell_complete=devices,
    help="Use another device than before: auto, cpu, cuda, mps, or one such as cuda:1.",
)
@options.data_dir
@options.plugin_files
@options.log
@options.reporting
def resume(
    run: str,
    steps: int | None,
    settings: tuple[str, ...],
    dataset: str | None,
    device: str | None,
    data_dir: str | None,
    plugin_files: tuple[str, ...],
    log: tuple[str, ...] | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Continue a RUN from its newest checkpoint.

    The result is the same as that of a training that did not stop.
    """
    from ganzoo.assembly.settings import parse_setting

    changes = dict(map(parse_setting, settings))
    registry = registry_of(plugin_files)
    import ganzoo

    with _decoding(as_json, quiet):
        resumed = ganzoo.resume(
            run,
            steps=steps,
            set=changes,
            dataset=dataset,
            device=device,
            data_dir=data_dir,
            registry=registry,
            observers=_console(as_json, quiet),
            log=log,
        )
    _finish(resumed, registry, as_json, quiet)


def _estimate(
    recipe: str,
    changes: dict[str, Any],
    without: list[str],
    registry: Registry,
    as_json: bool,
    quiet: bool,
    request: dict[str, Any],
) -> None:
    import ganzoo
    from ganzoo.cli.dry_run import show

    asked = {name: value for name, value in request.items() if name not in NOT_ESTIMATED}

    def begun(spec: Spec) -> None:
        if not (as_json or quiet):
            long = ", which are long for large images" if spec.image else ""
            click.echo(f"Taking a few steps{long} ...", err=True)

    with _decoding(as_json, quiet):
        estimate = ganzoo.estimate(
            recipe, set=changes, without=without, registry=registry, begun=begun, **asked
        )
    show(estimate, as_json)


def _check_names(registry: Registry, names: Mapping[str, str | Iterable[str]]) -> None:
    """Raises UsageError for the name of an unknown component, without importing torch."""
    from ganzoo.assembly.overrides import dataset_part

    kinds = {
        "recipe": "recipe",
        "metric": "metric",
        **{option: kind.name for option, kind in SWAPPED.items()},
    }
    for option, several in names.items():
        for name in [several] if isinstance(several, str) else several:
            plain = dataset_part(name, registry)["name"] if option == "dataset" else name
            registry.get(kinds[option], plain)


def _console(as_json: bool, quiet: bool) -> list[object]:
    if as_json or quiet:
        hide_messages()
        return []
    from ganzoo.cli.console import console_observer

    return [console_observer()]


def _decoding(as_json: bool, quiet: bool) -> AbstractContextManager[None]:
    """The bar that is shown while a folder of images is decoded."""
    from ganzoo.cli.decoding import decoding_bar

    return decoding_bar(shown=not (as_json or quiet))


def _finish(
    run: Run, registry: Registry, as_json: bool, quiet: bool, *, profiled: bool = False
) -> None:
    if as_json:
        last = (run.metrics() or [{}])[-1]
        click.echo(json.dumps({"run": str(run.path), "recipe": run.config["recipe"], "last": last}))
    elif quiet:
        click.echo(run.path)
    else:
        from ganzoo.cli.farewell import farewell

        if profiled and (run.path / "profile").is_dir():
            _print_profile(run)
        elif profiled:
            click.echo("The training ended before step 30, so that there is no profile.", err=True)
        farewell(run, registry)


def _print_profile(run: Run) -> None:
    from ganzoo.training.profiling import Profile

    profile = Profile.read(run.path / "profile")
    per_step = 1000 / profile.steps
    click.echo(
        f"\n{profile.seconds * per_step:.2f} ms a step, {100 * profile.outside:.0f} % of them "
        "outside matrix products and convolutions. The most expensive operations:"
    )
    for one in profile.operations:
        click.echo(
            f"{100 * one.share:5.1f} %  {one.seconds * per_step:8.3f} ms a step  "
            f"{one.calls / profile.steps:6.1f} calls  {one.name}"
        )
    click.echo(f"The trace is {run.path / 'profile' / 'trace.json'}")
