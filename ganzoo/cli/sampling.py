"""``ganzoo sample`` and ``ganzoo interpolate``: pictures from a trained generator."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ganzoo.cli import options
from ganzoo.errors import GanzooError
from ganzoo.paths import expanded

if TYPE_CHECKING:
    from torch import Tensor

    from ganzoo.types import Spec

label = click.option(
    "--label",
    metavar="CLASS",
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
out = click.option(
    "--out",
    type=options.PLACE,
    metavar="PATH",
    help="FILE.png for a grid of images or a plot of points; FILE.npy for an array; else a new "
    "folder with one image per sample. By default a PNG in the folder of the generator.",
)


@click.command()
@click.argument("run", type=options.PLACE)
@click.option("-n", "--count", "n", type=click.IntRange(1), default=64, show_default=True)
@click.option("--columns", type=click.IntRange(1), help="Columns of the grid.")
@label
@given
@options.seed
@options.device
@options.plugin_files
@out
def sample(
    run: str,
    n: int,
    columns: int | None,
    label: str | None,
    given: tuple[str, ...],
    seed: int,
    device: str,
    plugin_files: tuple[str, ...],
    out: str | None,
) -> None:
    """Draw samples from a RUN, or from a file generator.safetensors. Needs no dataset."""
    import ganzoo

    trained = ganzoo.load(run, device=device, plugins=plugin_files)
    number = None if label is None else trained.number_of(label)
    samples = trained.sample(n, seed=seed, label=number, given=given_values(given))
    path = _path(run, out, f"sample-{_tag(number, given, seed)}.png")
    click.echo(_write(path, samples, trained.spec, columns))


@click.command()
@click.argument("run", type=options.PLACE)
@click.option("--rows", type=click.IntRange(1), default=8, show_default=True)
@click.option("--columns", type=click.IntRange(2), default=10, show_default=True)
@label
@given
@options.seed
@options.device
@options.plugin_files
@out
def interpolate(
    run: str,
    rows: int,
    columns: int,
    label: str | None,
    given: tuple[str, ...],
    seed: int,
    device: str,
    plugin_files: tuple[str, ...],
    out: str | None,
) -> None:
    """Interpolate between two values of z in each row, as in figure 3 of the GAN paper."""
    import ganzoo

    trained = ganzoo.load(run, device=device, plugins=plugin_files)
    number = None if label is None else trained.number_of(label)
    samples = trained.interpolate(rows, columns, seed=seed, label=number, given=given_values(given))
    path = _path(run, out, f"interpolate-{_tag(number, given, seed)}.png")
    click.echo(_write(path, samples, trained.spec, columns))


def given_values(given: Iterable[str]) -> dict[str, Any]:
    """The values of ``--given NAME=VALUE``, by name; for FILE.npy, its array. Raises UsageError for
    text that is not NAME=VALUE, GanzooError for a file that cannot be read."""
    from ganzoo.assembly.settings import parse_setting

    values = dict(parse_setting(text, "--given", "width=0.5") for text in given)
    for name, value in values.items():
        if isinstance(value, str) and value.lower().endswith(".npy"):
            values[name] = _array(expanded(value))
    return values


def _array(path: Path) -> Tensor:
    import numpy as np
    import torch

    try:
        return torch.from_numpy(np.load(path, allow_pickle=False))
    except (OSError, ValueError, TypeError) as error:
        raise GanzooError(f"{path} cannot be read as an array of numbers: {error}.") from None


def _tag(number: int | None, given: Iterable[str], seed: int) -> str:
    """The part of a picture's name that differs between pictures of a run. ``number``: the number
    of the class, None for all classes."""
    labels = [] if number is None else [f"label{number}"]
    values = [re.sub(r"[^\w.+-]+", "_", text) for text in given]
    return "-".join([*labels, *values, f"seed{seed}"])


def _path(run: str, out: str | None, name: str) -> Path:
    if out:
        return Path(out)
    source = Path(run)
    return (source.parent if source.is_file() else source) / name


def _write(path: Path, samples: Tensor, spec: Spec, columns: int | None) -> Path:
    """Write samples in the format given by the path's suffix, and return the path."""
    from ganzoo.run import grid, picture
    from ganzoo.run.files import new_folder

    suffix = path.suffix.lower()
    if suffix == ".npy":
        grid.write_array(path, samples)
        return path
    if not picture.drawable(spec):
        raise GanzooError(f"Samples of shape {spec.shape} cannot be drawn. Use --out FILE.npy.")
    if suffix == ".png":
        picture.write(path, samples, spec, columns=columns)
        return path
    if suffix:
        raise GanzooError(f"{path}: samples are written as .png, as .npy, or into a new folder.")
    if not grid.drawable(spec):
        raise GanzooError(f"Samples of shape {spec.shape} are not images. Use --out FILE.png.")
    with new_folder(path, "Choose a new folder for the images.") as unfinished:
        for index in range(len(samples)):
            grid.write_one(unfinished / f"{index:06d}.png", samples[index], spec)
    return path
