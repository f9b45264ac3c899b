"""``ganzoo mix``: a table of mixed styles."""

from __future__ import annotations

from typing import Any, Literal

import click

from ganzoo.cli import options
from ganzoo.cli.param_types import ParamType
from ganzoo.cli.pictures import output_path, print_path, tag, write
from ganzoo.cli.sampling import drawing, given_values, loaded


class Layers(ParamType):
    """Layers of styles, from the first to the last: a-b, or a for one layer."""

    name = "layers"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        first, dash, last = str(value).partition("-")
        try:
            return int(first), int(last if dash else first)
        except ValueError:
            self.fail(f"{value!r} is not of the form A-B, such as 3-6.", param, ctx)


@click.command()
@options.run
@click.option(
    "--rows",
    type=options.ONE_AT_LEAST,
    default=4,
    show_default=True,
    help="Samples whose coarse styles are taken, one for each row.",
)
@click.option(
    "--columns",
    type=options.ONE_AT_LEAST,
    default=6,
    show_default=True,
    help="Samples whose fine styles are taken, one for each column.",
)
@click.option(
    "--layers",
    type=Layers(),
    metavar="A-B",
    help="The layers that have the styles of the column, counted from 1, the coarsest. By default "
    "the finer half.",
)
@drawing
def mix(
    run: str,
    rows: int,
    columns: int,
    layers: tuple[int, int] | None,
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
    """Mix the styles of samples in a table.

    The first row shows the samples of the columns, and the first column those of the rows. Each
    other sample has the coarse styles of its row and the fine styles of its column. For generators
    with styles, as those of StyleGAN2. The RUN may also be the file generator.safetensors of a run.
    """
    trained, number = loaded(run, label, weights, average, device, plugin_files)
    samples = trained.mix(
        rows, columns, layers=layers, seed=seed, label=number, given=given_values(given, trained)
    )
    chosen = [*given, *([] if layers is None else ["layers{}-{}".format(*layers)])]
    path = output_path(run, out, f"mix-{tag(number, chosen, seed, weights, average)}.png")
    print_path(write(path, samples, trained, columns + 1), as_json)
