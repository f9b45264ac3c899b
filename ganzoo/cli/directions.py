"""``ganzoo directions``: the directions of z along which samples change most."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import click

from ganzoo.cli import options
from ganzoo.cli.param_types import Number, WholeNumber
from ganzoo.cli.pictures import output_path, tag
from ganzoo.cli.sampling import given, given_values, label, loaded
from ganzoo.errors import GanzooError


@click.command()
@options.run
@options.count("count", "Number of directions, the strongest ones.", default=6)
@click.option(
    "--rows",
    type=options.ONE_AT_LEAST,
    default=5,
    show_default=True,
    help="Rows of each picture: samples.",
)
@click.option(
    "--columns",
    type=WholeNumber(2),
    default=7,
    show_default=True,
    help="Columns of each picture: steps along the direction.",
)
@click.option(
    "--by",
    type=Number(),
    default=3.0,
    show_default=True,
    help="How far a row goes to both sides of its sample, in standard deviations of z.",
)
@label
@given
@options.weights
@options.average
@options.seed
@options.device
@options.plugin_files
@options.out("The folder for the pictures and directions.npy. By default one in the run.")
@options.as_json
@options.quiet("the folder")
def directions(
    run: str,
    count: int,
    rows: int,
    columns: int,
    by: float,
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
    """Find the directions of z along which samples change most.

    They are eigenvectors of the first layers of the generator (SeFa, arXiv:2007.06600), found
    without a training. The folder gets a picture for each direction, and directions.npy with a
    direction in each row, for `ganzoo sample RUN --direction FILE.npy:N`.
    """
    from ganzoo.run import grid, picture

    trained, number = loaded(run, label, weights, average, device, plugin_files)
    values = given_values(given, trained)
    found = trained.directions(count, given=values)
    folder = _made(
        output_path(run, out, f"directions-{tag(number, given, seed, weights, average)}")
    )
    grid.write_array(folder / "directions.npy", found.vectors)
    pictures = []
    for index, vector in enumerate(found.vectors, start=1):
        samples = trained.interpolate(
            rows, columns, seed=seed, label=number, given=values, direction=vector, by=by
        )
        path = folder / f"direction-{index}.png"
        if picture.write(path, samples, trained.game.view, columns=columns):
            pictures.append(path)
    strengths = found.strengths.tolist()
    if as_json:
        plain = {"path": str(folder), "directions": str(folder / "directions.npy")}
        shown = {"pictures": [*map(str, pictures)], "strengths": strengths}
        click.echo(json.dumps({**plain, **shown}))
        return
    click.echo(folder)
    if not quiet:
        for index, strength in enumerate(strengths, start=1):
            click.echo(f"  direction {index}: strength {strength:.4g}")
        click.echo("Strength: the change of the first layers for a step of length 1.")


def _made(folder: Path) -> Path:
    """The folder, made if it does not exist; files of the same names in it are replaced."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GanzooError(
            f"{folder} cannot be made: {error.strerror or error}. Choose another place with --out."
        ) from error
    return folder
