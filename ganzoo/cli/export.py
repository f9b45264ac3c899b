"""``ganzoo export``: a trained generator as a file that is used without ganzoo."""

from __future__ import annotations

import json
from typing import Literal

import click

from ganzoo.cli import options


@click.command()
@options.run
@click.option(
    "--format",
    type=click.Choice(["onnx", "torchscript", "safetensors"]),
    default="onnx",
    show_default=True,
    help="The format of the file. onnx needs the extra ganzoo[export].",
)
@click.option(
    "--half", is_flag=True, help="Keep matrices and kernels in float16: half the size of the file."
)
@options.weights
@options.average
@options.plugin_files
@options.out(
    "The file. By default exported, with the suffix of the format, in the folder of the generator.",
    metavar="FILE",
)
@options.as_json
@options.quiet("the path")
def export(
    run: str,
    format: Literal["onnx", "torchscript", "safetensors"],
    half: bool,
    weights: Literal["ema", "raw", "best"],
    average: float | None,
    plugin_files: tuple[str, ...],
    out: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Write the generator of a RUN into a file for other programs.

    The file is checked: it gives the same samples as PyTorch. The RUN may also be the file
    generator.safetensors of a run.
    """
    import ganzoo

    done = ganzoo.export(
        run,
        format,
        out=out,
        weights=weights,
        average=average,
        half=half,
        plugins=plugin_files,
    )
    if as_json:
        plain = {"path": str(done.path), "format": done.format, "inputs": dict(done.inputs)}
        click.echo(json.dumps({**plain, "difference": done.difference, "rounding": done.rounding}))
        return
    click.echo(done.path)
    if not quiet:
        for name, about in done.inputs.items():
            click.echo(f"  input {name}: {about}")
        click.echo(f"  checked: at most {done.difference:.1g} from the samples of PyTorch")
        if done.rounding:
            click.echo(f"  the rounding to 16 bits changes them by up to {done.rounding:.1g}")
