"""``ganzoo nearest``: the nearest training image of each sample, to see whether the generator
memorised its training images."""

from __future__ import annotations

import io
import math
from pathlib import Path

import click

from ganzoo.cli import options
from ganzoo.cli.sampling import label
from ganzoo.errors import GanzooError


@click.command()
@click.argument("run", type=options.PLACE)
@click.option("-n", "--count", "n", type=click.IntRange(1), default=10, show_default=True)
@label
@options.seed
@options.device
@options.data_dir
@options.moved
@options.plugin_files
@click.option(
    "--out", type=options.PLACE, metavar="FILE.png", help="The picture; by default in the run."
)
def nearest(
    run: str,
    n: int,
    label: int | None,
    seed: int,
    device: str,
    data_dir: str | None,
    dataset: str | None,
    plugin_files: tuple[str, ...],
    out: str | None,
) -> None:
    """Draw samples of a RUN, each with its nearest training image on its right.

    As in figure 2 of the GAN paper. The distance is Euclidean, between pixels in [0, 1]; the whole
    training split is searched.
    """
    tag = f"seed{seed}" if label is None else f"label{label}-seed{seed}"
    path = Path(out) if out else Path(run) / f"nearest-{tag}.png"
    if path.suffix.lower() != ".png":
        raise GanzooError(f"{path}: the name of the picture must end in .png.")
    from ganzoo.run import Run
    from ganzoo.run.provenance import registry_for

    opened = Run.open(run)
    registry = registry_for(plugin_files)
    from ganzoo.evaluation import nearest as search
    from ganzoo.evaluation.evaluate import data_of
    from ganzoo.loading import load
    from ganzoo.run import grid
    from ganzoo.run.files import write_whole

    trained = load(opened, device=device, registry=registry)
    if not grid.drawable(trained.spec):
        raise GanzooError(f"Samples of shape {trained.spec.shape} are not images.")
    splits = data_of(opened, registry, data_dir, dataset)
    train = splits[next(iter(splits))]
    x, data = trained.sample(n, seed=seed, label=label, data=train).cpu(), train.x
    if not x.isfinite().all():
        raise GanzooError(
            f"The generator of {run} gives samples that are not finite: train it again."
        )
    samples = grid.to_bytes(x, trained.spec)
    indices, distances = search.nearest(samples, data)
    pixels = search.picture(samples, data[indices], max(5, math.ceil(math.sqrt(n))))
    buffer = io.BytesIO()
    grid.image(pixels).save(buffer, format="PNG", optimize=True)
    write_whole(path, buffer.getvalue())
    mean = distances.mean().item() / 255
    click.echo(path)
    click.echo(f"mean distance to the nearest of {len(data):,} training images: {mean:.4g}")
