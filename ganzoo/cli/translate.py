"""``ganzoo translate``: images of one domain as images of another one."""

from __future__ import annotations

import json
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Literal

import click

from ganzoo.cli import options
from ganzoo.cli.pictures import check_finite, output_path, tag, write_pairs
from ganzoo.cli.sampling import label
from ganzoo.errors import GanzooError, UsageError

if TYPE_CHECKING:
    from torch import Tensor

    from ganzoo.registry import Registry
    from ganzoo.sampling.trained import Trained

SHOWN = 32  # images of a split, if -n does not give their number


@click.command()
@options.run
@click.argument("images", nargs=-1, type=options.PLACE, metavar="[IMAGE]...")
@options.count("n", "Translate the first N images. By default all, and of a split the first 32.")
@click.option(
    "--direction",
    metavar="NAME",
    help="The direction, for a game with two: forward, by default, or backward.",
)
@click.option(
    "--split",
    metavar="NAME",
    help="Without an IMAGE: the split of the run's dataset. By default test.",
)
@click.option(
    "--columns",
    type=options.ONE_AT_LEAST,
    help="Pairs in a row of the picture. By default about as many as rows.",
)
@label
@options.weights
@options.average
@options.seed
@options.device
@options.data_dir
@options.moved
@options.plugin_files
@options.out(
    "FILE.png, .jpg or .webp for a picture; FILE.npy for an array of the translations; else a new "
    "folder with one image per translation. By default a PNG in the folder of the generator.",
    metavar="PATH",
)
@options.as_json
@options.quiet("the path")
def translate(
    run: str,
    images: tuple[str, ...],
    n: int | None,
    direction: str | None,
    split: str | None,
    columns: int | None,
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
    """Translate each IMAGE to the other domain of a RUN.

    An IMAGE is a file, a folder of images, or a file with many images, such as .zip; each image is
    brought to the size and the channels of the samples. Without an IMAGE, the images of the run's
    dataset are translated. The picture has each image with its translation on the right.
    """
    import ganzoo
    from ganzoo.run.provenance import registry_for
    from ganzoo.sampling.targets import from_files
    from ganzoo.sampling.translation import direction_of

    if images and (split or dataset):
        option = "--split" if split else "--dataset"
        raise UsageError(f"{option} is for the run's dataset: leave it out, or the images.")
    registry = registry_for(plugin_files)
    trained = ganzoo.load(run, weights=weights, average=average, device=device, registry=registry)
    number = None if label is None else trained.number_of(label)
    way = direction_of(trained, direction)
    if images:
        names, source = from_files(images, trained.spec, trained.recipe)
        chosen = [PurePath(images[0]).stem or "images"]
    else:
        names, source = _of_split(run, trained, way, split, registry, data_dir, dataset, n)
        chosen = [] if split is None else [split]
    names, source = names[:n], source[:n]
    made = trained.translate(source, direction=way, seed=seed, label=number).cpu()
    check_finite(made, run)
    chosen = [*chosen, *([] if direction is None else [way])]
    path = output_path(run, out, f"translate-{tag(number, chosen, seed, weights, average)}.png")
    _write(path, names, source, made, trained, columns)
    if as_json:
        click.echo(json.dumps({"path": str(path), "direction": way, "images": names}))
        return
    click.echo(path)


def _of_split(
    run: str,
    trained: Trained,
    way: str,
    split: str | None,
    registry: Registry,
    data_dir: str | None,
    dataset: str | None,
    n: int | None,
) -> tuple[list[str], Tensor]:
    """The names and the pixels of the first images of a split that can be translated that way."""
    from ganzoo.errors import near
    from ganzoo.evaluation.evaluate import data_of
    from ganzoo.run import Run

    if not Path(run).is_dir():
        raise UsageError(
            f"{run} is a generator's file, which has no dataset: name images, or the run's folder."
        )
    splits = data_of(Run.open(run), registry, data_dir, dataset)
    if split is not None and split not in splits:
        raise UsageError(f"The dataset has no split {split!r}. {near(split, splits)}")
    name = split or ("test" if "test" in splits else next(iter(splits)))
    data = splits[name].first(n or SHOWN)
    tensors: dict[str, Any] = {"x": data.x, **data.cond}
    wanted = trained.game.translations()[way]
    if wanted not in tensors:
        raise GanzooError(f"The run's dataset has no images {wanted!r} to translate.")
    return [f"{name}:{row}" for row in range(len(data))], tensors[wanted]


def _write(
    path: Path,
    names: list[str],
    source: Tensor,
    made: Tensor,
    trained: Trained,
    columns: int | None,
) -> None:
    """Write the translations in the format given by the path's suffix."""
    from ganzoo.run import grid
    from ganzoo.run.files import new_folder, write_whole
    from ganzoo.run.image_format import FORMATS
    from ganzoo.sampling.targets import checked

    spec, suffix = trained.spec, path.suffix.lower()
    if suffix == ".npy":
        grid.write_array(path, made)
        return
    if not grid.drawable(spec):
        raise GanzooError(f"Samples of shape {spec.shape} are not images. Use --out FILE.npy.")
    if suffix in FORMATS:
        write_pairs(path, checked(source, spec), made, trained, columns)
        return
    if suffix:
        raise GanzooError(
            f"{path}: translations are written as {', '.join(FORMATS)}, as .npy, or into a new "
            "folder."
        )
    with new_folder(path, "Choose a new folder for the images.") as unfinished:
        for index, name in enumerate(names):
            stem = PurePath(name).stem.replace(":", "-")
            write_whole(unfinished / f"{index:06d}-{stem}.png", grid.png(made[index], spec))
