"""``ganzoo reconstruct``: real samples beside their reconstructions by encoder and generator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from ganzoo.cli import options
from ganzoo.cli.pictures import (
    check_finite,
    output_path,
    print_path,
    tag,
    write,
    write_pairs,
)
from ganzoo.errors import GanzooError

if TYPE_CHECKING:
    from torch import Tensor

    from ganzoo.registry import Registry


@click.command()
@options.run
@options.count("n", "Number of real samples, drawn from the test split.", default=32)
@click.option(
    "--images",
    type=options.PLACE,
    multiple=True,
    metavar="IMAGE",
    help="Reconstruct these images instead: a file, a folder of images, or a file with many "
    "images, such as .zip. Repeatable.",
)
@options.weights
@options.average
@options.seed
@options.device
@options.data_dir
@options.moved
@options.plugin_files
@options.out(
    "The picture, .png, .jpg or .webp; FILE.npy for an array of the reconstructions. By default a "
    "PNG in the folder of the generator.",
    metavar="FILE",
)
@options.as_json
@options.quiet("the path")
def reconstruct(
    run: str,
    n: int,
    images: tuple[str, ...],
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
    """Reconstruct real samples by the encoder and the generator.

    The picture has each real sample with its reconstruction G(E(x)) on the right. For recipes with
    an encoder, such as that of BiGAN.
    """
    import ganzoo
    from ganzoo.run.provenance import registry_for
    from ganzoo.sampling.targets import given_samples

    registry = registry_for(plugin_files)
    trained = ganzoo.load(run, weights=weights, average=average, device=device, registry=registry)
    given = list(images) or _held_out(run, n, seed, registry, data_dir, dataset)
    real = given_samples(given, trained.spec, trained.recipe)
    made = trained.reconstruct(real).cpu()
    check_finite(made, run)
    path = output_path(run, out, f"reconstruct-{tag(None, (), seed, weights, average)}.png")
    if path.suffix.lower() == ".npy":
        write(path, made, trained, None)
    elif not write_pairs(path, real, made, trained):
        raise GanzooError(
            f"Samples of shape {trained.spec.shape} cannot be drawn. Use --out FILE.npy."
        )
    print_path(path, as_json)


def _held_out(
    run: str, n: int, seed: int, registry: Registry, data_dir: str | None, dataset: str | None
) -> Tensor:
    """n samples of the last split of the run's dataset, drawn at random under the seed."""
    import torch

    from ganzoo.evaluation.evaluate import data_of
    from ganzoo.run import Run

    splits = data_of(Run.open(run), registry, data_dir, dataset)
    data = splits[[*splits][-1]]
    dice = torch.Generator().manual_seed(seed)
    return data.x[torch.randperm(len(data), generator=dice)[:n]]
