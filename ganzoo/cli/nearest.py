"""``ganzoo nearest``: the nearest training image of each sample, to see whether the generator
memorised its training images."""

from __future__ import annotations

import json
import math
import shlex
from typing import Literal

import click

from ganzoo.cli import options
from ganzoo.cli.pictures import check_finite, check_picture, output_path, tag, weights_words
from ganzoo.cli.sampling import label
from ganzoo.errors import GanzooError


@click.command()
@options.run
@options.count("n", "Number of samples.", default=10)
@label
@options.weights
@options.average
@options.seed
@options.device
@options.data_dir
@options.moved
@options.plugin_files
@options.out("The picture, .png, .jpg or .webp; by default a PNG in the run.", metavar="FILE")
@options.as_json
@options.quiet("the path")
def nearest(
    run: str,
    n: int,
    label: str | None,
    weights: Literal["ema", "raw", "best"],
    average: float | None,
    seed: int,
    device: str,
    data_dir: str | None,
    dataset: str | None,
    plugin_files: tuple[str, ...],
    out: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Draw samples, each with its nearest training image.

    The training image is on the right of the sample, as in figure 2 of the GAN paper. The distance
    is Euclidean, between pixels in [0, 1]; the whole training split is searched.
    """
    check_picture(out)
    from ganzoo.run import Run
    from ganzoo.run.provenance import registry_for

    opened = Run.open(run)
    registry = registry_for(plugin_files)
    from ganzoo.evaluation import nearest as search
    from ganzoo.evaluation.evaluate import data_of
    from ganzoo.run import grid
    from ganzoo.run.files import write_whole
    from ganzoo.run.image_format import encoded
    from ganzoo.sampling.load import load

    trained = load(opened, weights=weights, average=average, device=device, registry=registry)
    if not grid.drawable(trained.spec):
        raise GanzooError(f"Samples of shape {trained.spec.shape} are not images.")
    number = None if label is None else trained.number_of(label)
    path = output_path(run, out, f"nearest-{tag(number, (), seed, weights, average)}.png")
    splits = data_of(opened, registry, data_dir, dataset)
    train = splits[next(iter(splits))]
    x, data = trained.sample(n, seed=seed, label=number, data=train).cpu(), train.x
    check_finite(x, run)
    samples = grid.to_pixels(x, trained.spec)
    indices, distances = search.nearest(samples, data)
    pair = grid.eight_bits(samples), grid.eight_bits(data[indices])
    pixels = search.picture(*pair, max(5, math.ceil(math.sqrt(n))))
    write_whole(path, encoded(grid.image(pixels), path))
    mean = distances.mean().item() / ((1 << trained.spec.depth) - 1)
    if as_json:
        click.echo(json.dumps({"path": str(path), "images": len(data), "mean_distance": mean}))
        return
    click.echo(path)
    if not quiet:
        click.echo(f"mean distance to the nearest of {len(data):,} training images: {mean:.4g}")
        words = ["ganzoo", "evaluate", run, "--metric", "nearest", *weights_words(weights, average)]
        click.echo(
            f"To compare the distances with those of held-out images:\n  {shlex.join(words)}"
        )
