"""``ganzoo nearest``: the nearest training image of each sample, to see whether the generator
memorised its training images."""

from __future__ import annotations

import json
import math
import shlex
from typing import TYPE_CHECKING, Literal

import click

from ganzoo.cli import options
from ganzoo.cli.pictures import check_finite, check_picture, output_path, tag, weights_words
from ganzoo.cli.sampling import label
from ganzoo.cli.terminal import wrapped
from ganzoo.errors import UsageError

if TYPE_CHECKING:
    from ganzoo.data.splits import Splits
    from ganzoo.interfaces import Metric

METRIC = "nearest"


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
        raise UsageError(
            f"`ganzoo nearest` is for images, and samples of shape {trained.spec.shape} are not "
            "images. No metric finds copies among them; to compare their distribution with that of "
            f"the data: ganzoo evaluate {shlex.quote(run)}"
        )
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
        words = ["ganzoo", "evaluate", run, "--metric", METRIC, *weights_words(weights, average)]
        for entry in registry.entries("metric"):
            if entry.name == METRIC:
                click.echo(_comparison(words, entry.load(), splits))


def _comparison(words: list[str], metric: type[Metric], splits: Splits) -> str:
    """How to compare the distances with those of held-out images by the metric. ``words``: the
    command that does it with the split that the metric chooses."""
    held = [*splits][1:]
    split = metric.split if metric.split in held else next(iter(held), None)
    count = 0 if split is None else len(splits[split])
    if count < metric.min_samples:
        return wrapped(
            f"To compare the distances with those of held-out images, the metric {METRIC!r} needs "
            f"{metric.min_samples} of them or more, and "
            + _missing(split, count, metric.min_samples)
        )
    if split != metric.split:
        words = [*words, "--split", str(split)]
    return f"To compare the distances with those of held-out images:\n  {shlex.join(words)}"


def _missing(split: str | None, count: int, least: int) -> str:
    """The images that are missing, and where to put them. A run has the checksum of its training
    images alone, so that held-out images can be added."""
    if split is None:
        return (
            "the data has none. In a folder of images, move the training images into a subfolder "
            "train, and put other images into a subfolder test. The run stays valid."
        )
    return (
        f"the data has {count}, in the split {split!r}. In a folder of images, add {least - count} "
        "or more to this split. The run stays valid."
    )
