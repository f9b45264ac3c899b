"""``ganzoo sample`` and ``ganzoo interpolate``: pictures from a trained generator."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ganzoo.cli import options
from ganzoo.errors import GanzooError

if TYPE_CHECKING:
    from torch import Tensor

    from ganzoo.types import Spec

label = click.option(
    "--label",
    metavar="CLASS",
    help="The class to draw, by its name or its number, where it has them.",
)
out = click.option(
    "--out",
    type=click.Path(),
    metavar="PATH",
    help="FILE.png for a grid, or a plot of points; FILE.npy for an array; else a new folder of "
    "single images. By default a PNG beside the generator.",
)


@click.command()
@click.argument("run", type=click.Path())
@click.option("-n", "--count", "n", type=click.IntRange(1), default=64, show_default=True)
@click.option("--columns", type=click.IntRange(1), help="Of the grid.")
@label
@options.seed
@options.device
@options.plugin_files
@out
def sample(
    run: str,
    n: int,
    columns: int | None,
    label: str | None,
    seed: int,
    device: str,
    plugin_files: tuple[str, ...],
    out: str | None,
) -> None:
    """Draw samples from a RUN, or from a generator.safetensors. The dataset is not needed."""
    import ganzoo

    trained = ganzoo.load(run, device=device, plugins=plugin_files)
    number = None if label is None else trained.number_of(label)
    samples = trained.sample(n, seed=seed, label=number)
    path = _path(run, out, f"sample-{_tag(number, seed)}.png")
    click.echo(_write(path, samples, trained.spec, columns))


@click.command()
@click.argument("run", type=click.Path())
@click.option("--rows", type=click.IntRange(1), default=8, show_default=True)
@click.option("--columns", type=click.IntRange(2), default=10, show_default=True)
@label
@options.seed
@options.device
@options.plugin_files
@out
def interpolate(
    run: str,
    rows: int,
    columns: int,
    label: str | None,
    seed: int,
    device: str,
    plugin_files: tuple[str, ...],
    out: str | None,
) -> None:
    """Walk from one z to another in each row, as in figure 3 of the GAN paper."""
    import ganzoo

    trained = ganzoo.load(run, device=device, plugins=plugin_files)
    number = None if label is None else trained.number_of(label)
    samples = trained.interpolate(rows, columns, seed=seed, label=number)
    path = _path(run, out, f"interpolate-{_tag(number, seed)}.png")
    click.echo(_write(path, samples, trained.spec, columns))


def _tag(number: int | None, seed: int) -> str:
    """What tells one picture of a run from another; ``number``: of the class, if one was asked."""
    return f"seed{seed}" if number is None else f"label{number}-seed{seed}"


def _path(run: str, out: str | None, name: str) -> Path:
    if out:
        return Path(out)
    beside = Path(run)
    return (beside.parent if beside.is_file() else beside) / name


def _write(path: Path, samples: Tensor, spec: Spec, columns: int | None) -> Path:
    """Write samples in the form that the path asks for, and return the path."""
    from ganzoo.run import grid, picture
    from ganzoo.run.files import new_folder

    suffix = path.suffix.lower()
    if suffix == ".npy":
        grid.write_array(path, samples)
        return path
    if not picture.drawable(spec):
        raise GanzooError(f"Samples of shape {spec.shape} are no pictures. Use --out FILE.npy.")
    if suffix == ".png":
        picture.write(path, samples, spec, columns=columns)
        return path
    if suffix:
        raise GanzooError(f"{path}: samples are written as .png, as .npy, or into a new folder.")
    if not grid.drawable(spec):
        raise GanzooError(f"Samples of shape {spec.shape} are no images. Use --out FILE.png.")
    with new_folder(path, "Choose a new folder for the images.") as unfinished:
        for index in range(len(samples)):
            grid.write_one(unfinished / f"{index:06d}.png", samples[index], spec)
    return path
