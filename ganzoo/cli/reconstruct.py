"""``ganzoo reconstruct``: real samples beside their reconstructions by encoder and generator."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Literal

import click

from ganzoo.cli import options
from ganzoo.cli.completion import labels
from ganzoo.cli.pictures import (
    check_finite,
    check_picture,
    output_path,
    print_path,
    tag,
    write,
    write_pairs,
)
from ganzoo.errors import GanzooError, UsageError

if TYPE_CHECKING:
    from torch import Tensor

    from ganzoo.registry import Registry
    from ganzoo.sampling.trained import Trained


label_of_images = click.option(
    "--label",
    metavar="CLASS",
    shell_complete=labels,
    help="The class of the images of --images, by its name or number, for a conditional game.",
)


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
@label_of_images
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
    """Reconstruct real samples by the encoder and the generator.

    The picture has each real sample with its reconstruction G(E(x)) on the right. For recipes with
    an encoder, such as that of BiGAN.
    """
    check_picture(out, array="the reconstructions")
    import ganzoo
    from ganzoo.run.provenance import registry_for
    from ganzoo.sampling.targets import given_samples

    registry = registry_for(plugin_files)
    trained = ganzoo.load(run, weights=weights, average=average, device=device, registry=registry)
    _check_encoder(trained, registry)
    number = None if label is None else trained.number_of(label)
    if images:
        real = given_samples(list(images), trained.spec, trained.recipe)
        y = _labels(trained, number, len(real))
    elif number is not None:
        raise UsageError("--label is the class of the images of --images, which is not given.")
    else:
        x, y = _held_out(run, n, seed, registry, data_dir, dataset)
        real = given_samples(x, trained.spec, trained.recipe)
    made = trained.reconstruct(real, y).cpu()
    check_finite(made, run)
    path = output_path(run, out, f"reconstruct-{tag(number, (), seed, weights, average)}.png")
    if path.suffix.lower() == ".npy":
        write(path, made, trained, None)
    elif not write_pairs(path, real, made, trained):
        raise GanzooError(
            f"Samples of shape {trained.spec.shape} cannot be drawn. Use --out FILE.npy."
        )
    print_path(path, as_json)


def _check_encoder(trained: Trained, registry: Registry) -> None:
    """Raises UsageError for a game that cannot encode, with the recipes that have an encoder."""
    from ganzoo.assembly.build import game_name

    if trained.game.encodes:
        return
    names = []
    for entry in registry.entries("recipe"):
        with suppress(GanzooError):  # a faulty recipe of another plugin hides no other recipe
            recipe = registry.recipe(entry.qualified)
            names += [recipe.name] if "encoder" in recipe.networks else []
    raise UsageError(
        f"The game {game_name(trained.recipe)!r} has no encoder, so samples cannot be encoded. "
        f"Recipes with an encoder: {', '.join(sorted(names))}. `ganzoo project` searches the noise "
        "of a sample without one."
    )


def _held_out(
    run: str, n: int, seed: int, registry: Registry, data_dir: str | None, dataset: str | None
) -> tuple[Tensor, Tensor | None]:
    """n samples of the split ``test`` of the run's dataset, or of its first split if it has no such
    split, drawn at random under the seed, with their labels."""
    import torch

    from ganzoo.evaluation.evaluate import data_of
    from ganzoo.run import Run

    splits = data_of(Run.open(run), registry, data_dir, dataset)
    data = splits["test" if "test" in splits else next(iter(splits))]
    dice = torch.Generator().manual_seed(seed)
    rows = torch.randperm(len(data), generator=dice)[:n]
    return data.x[rows], None if data.y is None else data.y[rows]


def _labels(trained: Trained, number: int | None, n: int) -> Tensor | None:
    """(n,) int64: the class of given images, for a game that draws by labels; else None."""
    import torch

    if number is not None:
        return torch.full((n,), number)
    if trained.game.conditional:
        raise UsageError(
            "This generator draws samples by their labels: name the class of the images, with "
            "--label."
        )
    return None
