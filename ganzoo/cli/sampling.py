"""``ganzoo sample`` and ``ganzoo interpolate``: pictures from a trained generator."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from ganzoo.cli import options
from ganzoo.cli.completion import labels
from ganzoo.cli.options import F
from ganzoo.cli.param_types import Number, WholeNumber
from ganzoo.cli.pictures import default_suffix, output_path, print_path, tag, write
from ganzoo.errors import GanzooError, UsageError
from ganzoo.paths import expanded

if TYPE_CHECKING:
    from torch import Tensor

    from ganzoo.sampling.trained import Trained

label = click.option(
    "--label",
    metavar="CLASS",
    shell_complete=labels,
    help="Draw only this class, by its name or number. Needs a conditional game.",
)
given = click.option(
    "--given",
    "given",
    metavar="NAME=VALUE",
    multiple=True,
    help="Fix a latent code to a value, or a condition to an array: NAME=FILE.npy, with one row or "
    "a row for each sample. Repeatable.",
)
out = options.out(
    "FILE.png, .jpg or .webp for a grid of images or a plot; FILE.npy for an array; FILE.csv for "
    "the rows of a table; FILE.wav for sounds; else a new folder with one image or sound per "
    "sample. By default a file in the folder of the generator.",
    metavar="PATH",
)


def loaded(
    run: str,
    label: str | None,
    weights: Literal["ema", "raw", "best"],
    average: float | None,
    device: str,
    plugin_files: tuple[str, ...],
) -> tuple[Trained, int | None]:
    """The generator that a command draws from, and the number of the class that it draws."""
    import ganzoo

    trained = ganzoo.load(
        run, weights=weights, average=average, device=device, plugins=plugin_files
    )
    return trained, None if label is None else trained.number_of(label)


def along(default: int, help: str) -> Callable[[F], F]:
    """The options ``--direction`` and ``--by``. ``default``: of the latter, in the library."""

    def decorated(command: F) -> F:
        direction = click.option(
            "--direction",
            metavar="FILE.npy[:N]",
            help=f"{help} The direction is row N, from 1, of an array, such as `ganzoo directions` "
            "writes it.",
        )
        by = click.option(
            "--by",
            type=Number(),
            help="How far to go along --direction, in standard deviations of z. By default "
            f"{default}.",
        )
        return direction(by(command))

    return decorated


def drawing(command: F) -> F:
    """Adds the options of a command that draws samples."""
    several = (
        label,
        given,
        options.weights,
        options.average,
        options.seed,
        options.device,
        options.plugin_files,
        out,
    )
    for option in reversed((*several, options.as_json, options.quiet("the path"))):
        command = option(command)
    return command


@click.command()
@options.run
@options.count("n", "Number of samples.", default=64)
@click.option(
    "--columns",
    type=options.ONE_AT_LEAST,
    help="Columns of the grid. By default as many as rows.",
)
@click.option(
    "--z",
    "z_file",
    type=options.PLACE,
    metavar="FILE.npy",
    help="Draw from this noise, an array with a row for each sample, instead of -n draws.",
)
@click.option(
    "--truncation",
    type=Number(),
    metavar="T",
    help="Draw less varied, more typical samples: with z from the normal distribution truncated at "
    "T standard deviations, which needs a normal prior; of a generator with styles, with styles at "
    "T times their distance from the mean style.",
)
@along(1, "Move each z along a direction.")
@drawing
def sample(
    run: str,
    n: int,
    columns: int | None,
    z_file: str | None,
    truncation: float | None,
    direction: str | None,
    by: float | None,
    label: str | None,
    given: tuple[str, ...],
    weights: Literal["ema", "raw", "best"],
    average: float | None,
    seed: int,
    device: str,
    plugin_files: tuple[str, ...],
    out: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Draw samples from a RUN.

    The RUN may also be the file generator.safetensors of a run. The dataset is not needed.
    """
    trained, number = loaded(run, label, weights, average, device, plugin_files)
    samples = trained.sample(
        n,
        seed=seed,
        label=number,
        given=given_values(given, trained),
        z=_array(expanded(z_file)) if z_file else None,
        truncation=truncation,
        **_along(direction, by),
    )
    chosen = [*given, *([f"z={Path(z_file).stem}"] if z_file else [])]
    chosen += [] if truncation is None else [f"truncation={truncation:g}"]
    chosen += _way(direction, by)
    stem = f"sample-{tag(number, chosen, seed, weights, average)}"
    path = output_path(run, out, stem + default_suffix(trained.game.view))
    print_path(write(path, samples, trained, columns), as_json)


@click.command()
@options.run
@click.option(
    "--rows",
    type=options.ONE_AT_LEAST,
    default=8,
    show_default=True,
    help="Rows of the grid, each with two values of z at its ends.",
)
@click.option(
    "--columns",
    type=WholeNumber(2),
    default=10,
    show_default=True,
    help="Samples in a row.",
)
@click.option(
    "--method",
    type=click.Choice(["linear", "slerp"]),
    default="linear",
    show_default=True,
    help="The way between the two: a line, or an arc around 0 in equal angles.",
)
@along(3, "Go along a direction in each row, as far against it as with it.")
@click.option(
    "--code",
    metavar="NAME",
    help="Keep the noise of a row, and let a latent code take its values in the columns.",
)
@drawing
def interpolate(
    run: str,
    rows: int,
    columns: int,
    method: Literal["linear", "slerp"],
    direction: str | None,
    by: float | None,
    code: str | None,
    label: str | None,
    given: tuple[str, ...],
    weights: Literal["ema", "raw", "best"],
    average: float | None,
    seed: int,
    device: str,
    plugin_files: tuple[str, ...],
    out: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Interpolate between two values of z in each row of a grid.

    As in figure 3 of the GAN paper. The RUN may also be the file generator.safetensors of a run.
    """
    trained, number = loaded(run, label, weights, average, device, plugin_files)
    samples = trained.interpolate(
        rows,
        columns,
        seed=seed,
        label=number,
        given=given_values(given, trained),
        method=method,
        code=code,
        **_along(direction, by),
    )
    chosen = [*given, *([] if method == "linear" else [method])]
    chosen += [f"code-{code}"] if code else []
    chosen += _way(direction, by)
    path = output_path(run, out, f"interpolate-{tag(number, chosen, seed, weights, average)}.png")
    print_path(write(path, samples, trained, len(samples) // rows), as_json)


def given_values(given: Iterable[str], trained: Trained) -> dict[str, Any]:
    """The values of ``--given NAME=VALUE``, by name; for FILE.npy, its array. Raises UsageError for
    text that is not NAME=VALUE, GanzooError for a file that cannot be read."""
    names = (*trained.game.givable(), *trained.game.conditions())
    values: dict[str, Any] = {}
    for text in given:
        name, value = _given(text, names)
        if name in values:
            raise UsageError(f"--given {name} is there twice: leave out one of the values.")
        values[name] = value
    for name, value in values.items():
        if isinstance(value, str) and value.lower().endswith(".npy"):
            values[name] = _array(expanded(value))
    return values


def _given(text: str, names: Iterable[str]) -> tuple[str, Any]:
    """The name and the value of NAME=VALUE, where a known name may have an equals sign in it."""
    from ganzoo.assembly.settings import parse_setting

    found = [name for name in names if "=" in name and text.startswith(f"{name}=")]
    if not found:
        return parse_setting(text, "--given", "width=0.5")
    name = max(found, key=len)
    return name, parse_setting(f"VALUE={text[len(name) + 1 :]}", "--given")[1]


def _array(path: Path) -> Tensor:
    from ganzoo.sampling.targets import read_array

    return read_array(path)


def _along(direction: str | None, by: float | None) -> dict[str, Any]:
    """The arguments ``direction`` and ``by`` of the library, of those options that are given."""
    if direction is None and by is not None:
        raise UsageError("--by goes with --direction FILE.npy:N, and there is none.")
    given = {"direction": _direction(direction)} if direction else {}
    return given if by is None else {**given, "by": by}


def _way(direction: str | None, by: float | None) -> list[str]:
    """The part of a picture's name for a direction."""
    if direction is None:
        return []
    return [Path(direction).name if by is None else f"{Path(direction).name}-by{by:g}"]


def _direction(text: str) -> Tensor:
    """The direction that FILE.npy:N names; of FILE.npy, the first row, or a single direction."""
    name, _, number = text.rpartition(":")
    if not (name and number.isdecimal()):
        name, number = text, "1"
    array = _array(expanded(name))
    if array.ndim == 1:
        array = array[None]
    if array.ndim != 2 or not 1 <= int(number) <= len(array):
        raise GanzooError(
            f"{name} has no direction {number}: it is an array of shape {tuple(array.shape)}, and "
            "a direction is one of its rows."
        )
    return array[int(number) - 1]
