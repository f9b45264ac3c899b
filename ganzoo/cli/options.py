"""Arguments and options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypeVar

import click

from ganzoo.cli.completion import devices, loggers, names, setting_paths
from ganzoo.cli.group import hide_messages
from ganzoo.cli.param_types import Number, Place, RunFolder, WholeNumber
from ganzoo.errors import UsageError

PLACE = Place()
FOLDER = Place(file_okay=False)
ONE_AT_LEAST = WholeNumber(1)

F = TypeVar("F", bound=Callable[..., Any])

recipe = click.argument("recipe", shell_complete=names("recipe"))
run = click.argument("run", type=RunFolder())
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _without_remarks(ctx: click.Context, parameter: click.Parameter, quiet: bool) -> bool:
    if quiet:
        hide_messages()
    return quiet


def quiet(result: str) -> Callable[[F], F]:
    """The option ``--quiet``. ``result``: the output that remains, in words."""
    return click.option(
        "--quiet", "-q", is_flag=True, callback=_without_remarks, help=f"Print only {result}."
    )


def one_each(
    ctx: click.Context, parameter: click.Parameter, names: tuple[str, ...]
) -> tuple[str, ...]:
    """The names of a repeatable option. Raises UsageError for a list with commas. The path of a
    folder of images may have a comma."""
    for name in names:
        if "," in name and not name.startswith("folder:"):
            _repeat(parameter, name.split(","))
    return names


def _settings(
    ctx: click.Context, parameter: click.Parameter, texts: tuple[str, ...]
) -> tuple[str, ...]:
    """The values of ``--set``. Raises UsageError for several settings in one value."""
    for text in texts:
        pieces = re.split(r",\s*(?=[a-z_][\w.]*=)", text)
        if len(pieces) > 1 and not any(sign in text for sign in '/\\"[{'):
            _repeat(parameter, pieces)
    return texts


def _repeat(parameter: click.Parameter, values: Iterable[str]) -> NoReturn:
    option = parameter.opts[0]
    repeated = " ".join(f"{option} {value.strip()}" for value in values if value.strip())
    raise UsageError(f"{option} takes one value. Repeat the option: {repeated}")


def settings(help: str, metavar: str = "KEY=VALUE") -> Callable[[F], F]:
    """The repeatable option ``--set``, whose values are paths of a recipe's settings."""
    return click.option(
        "--set",
        "settings",
        metavar=metavar,
        multiple=True,
        callback=_settings,
        shell_complete=setting_paths,
        help=f"{help} Repeatable.",
    )


def count(parameter: str, help: str, default: int | None = None) -> Callable[[F], F]:
    """The option ``-n``, the number of samples, which the command gets as ``parameter``."""
    return click.option(
        "-n",
        "--count",
        parameter,
        type=ONE_AT_LEAST,
        default=default,
        show_default=default is not None,
        help=help,
    )


def steps(help: str) -> Callable[[F], F]:
    return click.option("--steps", type=ONE_AT_LEAST, help=help)


def batch_size(help: str) -> Callable[[F], F]:
    return click.option("--batch-size", type=ONE_AT_LEAST, help=help)


def config(help: str) -> Callable[[F], F]:
    return click.option("--config", type=PLACE, metavar="FILE", help=help)


def out(help: str, metavar: str = "DIR") -> Callable[[F], F]:
    return click.option("--out", type=PLACE, metavar=metavar, help=help)


def metrics(help: str) -> Callable[[F], F]:
    return click.option(
        "--metric",
        "metrics",
        metavar="NAME",
        multiple=True,
        callback=one_each,
        shell_complete=names("metric"),
        help=help,
    )


weights = click.option(
    "--weights",
    type=click.Choice(["ema", "raw", "best"]),
    default="ema",
    show_default=True,
    help="Weights of the generator: ema, their average; raw, without average; best, the average at "
    "the best measurement of a run with --evaluate-every.",
)


average = click.option(
    "--average",
    type=Number(),
    metavar="DECAY",
    help="Of a run that keeps several averages of the weights, the one of this decay or number "
    "(1, 2, ...). By default the first.",
)


def objective(said: str) -> Callable[[F], F]:
    """The option ``--metric`` of a command that ranks trainings. ``said``: the use of the metric,
    in a sentence."""
    return click.option(
        "--metric",
        metavar="METRIC[.NUMBER]",
        shell_complete=names("metric"),
        help=f"{said}, and one of its numbers if it has several. By default that of the data's "
        "view: fd for images.",
    )


def measuring(command: F) -> F:
    """Adds the options of a training that is measured."""
    several = (
        click.option(
            "--evaluate-every",
            metavar="STEPS",
            type=ONE_AT_LEAST,
            help="Measure the generator every so many steps, and keep the best one beside the "
            "newest, in generator-best.safetensors. Of several averages the first is measured.",
        ),
        objective("The metric of --evaluate-every"),
        click.option(
            "--evaluate-samples",
            metavar="N",
            type=ONE_AT_LEAST,
            help="Fakes in each measurement. By default the metric's own number.",
        ),
        click.option(
            "--patience",
            metavar="N",
            type=ONE_AT_LEAST,
            help="End the training after N measurements in a row without a better value.",
        ),
    )
    for option in reversed(several):
        command = option(command)
    return command


def _with_the_groups(
    ctx: click.Context, parameter: click.Parameter, files: tuple[str, ...]
) -> tuple[str, ...]:
    """The plugin files that were named before the command and after it."""
    before = ctx.find_root().params.get("plugin_files", ()) if ctx.parent else ()
    return tuple(dict.fromkeys((*before, *files)))


plugin_files = click.option(
    "--plugin",
    "plugin_files",
    type=PLACE,
    metavar="FILE.py",
    multiple=True,
    callback=_with_the_groups,
    help="Use a one-file plugin. Repeatable.",
)
data_dir = click.option(
    "--data-dir",
    type=PLACE,
    metavar="DIR",
    help="Folder of the datasets. By default $GANZOO_DATA, else the user's cache folder.",
)
moved = click.option(
    "--dataset",
    metavar="folder:PATH",
    help="The new folder of the run's images, if they were moved. They must be the same images.",
)
device = click.option(
    "--device",
    metavar="NAME",
    default="auto",
    show_default=True,
    shell_complete=devices,
    help="auto, cpu, cuda, mps, or one of several GPUs, such as cuda:1.",
)
seed = click.option(
    "--seed", type=WholeNumber(0), default=0, show_default=True, help="Random seed."
)


precision = click.option(
    "--precision",
    type=click.Choice(["fp32", "bf16", "tf32", "fp16", "auto"]),
    default="fp32",
    show_default=True,
    help="Precision of the forward and backward passes; auto: fp32 or bf16, by a measurement; "
    "tf32 and fp16 need CUDA.",
)
memory_format = click.option(
    "--memory-format",
    type=click.Choice(["auto", "contiguous", "channels-last"]),
    default="auto",
    show_default=True,
    help="Memory format of convolutions; auto: the faster one, by a measurement.",
)
graphs = click.option(
    "--graphs/--no-graphs",
    default=None,
    callback=lambda context, parameter, value: "auto" if value is None else value,
    help="Whether to capture updates as CUDA graphs; if neither is given, wherever the device is "
    "CUDA.",
)


log = click.option(
    "--log",
    metavar="NAME",
    multiple=True,
    callback=lambda context, parameter, value: one_each(context, parameter, value) or None,
    shell_complete=loggers,
    help="Send the curves and the samples to this logger: tensorboard, wandb or mlflow; none for "
    "no logger. Repeatable. By default $GANZOO_LOG, else tensorboard if it is installed.",
)


def reporting(command: F) -> F:
    """Adds options for the output of a training."""
    command = quiet("the run's path")(command)
    return click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object at the end."
    )(command)
