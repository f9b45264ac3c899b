"""``ganzoo project``: the noise of a given image."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from ganzoo.cli import options
from ganzoo.cli.evaluate import progress_shown
from ganzoo.cli.param_types import Number, WholeNumber
from ganzoo.cli.pictures import check_picture, output_path, tag, weights_words, write_pairs
from ganzoo.cli.sampling import given, given_values, label
from ganzoo.cli.terminal import cut, wrapped
from ganzoo.errors import GanzooError

if TYPE_CHECKING:
    from ganzoo.evaluation.classifier import Classifier
    from ganzoo.registry import Registry
    from ganzoo.sampling.projection import Projection
    from ganzoo.sampling.trained import Trained

LISTED = 20  # images in the table
NAME = 40  # characters of a name in the table


@click.command()
@options.run
@click.argument("images", nargs=-1, required=True, type=options.PLACE, metavar="IMAGE...")
@label
@given
@click.option(
    "--steps",
    type=options.ONE_AT_LEAST,
    default=300,
    show_default=True,
    help="Steps of the optimisation, from each start.",
)
@click.option(
    "--restarts",
    type=WholeNumber(1, 256),
    default=4,
    show_default=True,
    help="Starts for each image: the nearest of 256 random samples.",
)
@click.option(
    "--prior-weight",
    type=Number(0),
    default=0.001,
    show_default=True,
    help="Weight of the term that keeps z likely under a normal prior.",
)
@click.option(
    "--features",
    type=click.Choice(["auto", "classifier", "none"]),
    default="auto",
    show_default=True,
    help="Compare features of the classifier of the run's data, too. auto: if an evaluation has "
    "trained it on this machine; classifier: train it if need be; none: compare pixels alone.",
)
@options.weights
@options.average
@options.seed
@options.device
@options.data_dir
@options.plugin_files
@options.out(
    "The picture, .png, .jpg or .webp; z goes beside it, as .npy. FILE.npy: z alone. By default a "
    "PNG in the folder of the generator.",
    metavar="FILE",
)
@options.as_json
@options.quiet("the paths")
def project(
    run: str,
    images: tuple[str, ...],
    label: str | None,
    given: tuple[str, ...],
    steps: int,
    restarts: int,
    prior_weight: float,
    features: Literal["auto", "classifier", "none"],
    weights: Literal["ema", "raw", "best"],
    average: float | None,
    seed: int,
    device: str,
    data_dir: str | None,
    plugin_files: tuple[str, ...],
    out: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Find the noise z whose sample is nearest to an IMAGE.

    An IMAGE is a file, a folder of images, or a file with many images, such as .zip; each image is
    brought to the size and the channels of the samples. The picture has each image with its
    reconstruction on the right. `ganzoo sample RUN --z FILE.npy` draws the reconstructions again.
    """
    check_picture(out, array="z")
    import ganzoo
    from ganzoo.run.provenance import registry_for
    from ganzoo.sampling.targets import from_files

    registry = registry_for(plugin_files)
    trained = ganzoo.load(run, weights=weights, average=average, device=device, registry=registry)
    number = None if label is None else trained.number_of(label)
    names, target = from_files(images, trained.spec, trained.recipe)
    classifier = _classifier(
        features, run, trained, registry, data_dir, shown=not (quiet or as_json)
    )
    with progress_shown(shown=not (quiet or as_json)) as progress:
        found = trained.project(
            target,
            seed=seed,
            label=number,
            given=given_values(given, trained),
            steps=steps,
            restarts=restarts,
            prior_weight=prior_weight,
            features=classifier.features if classifier else None,
            progress=progress or False,
        )
    chosen = [_stem(images), *given]
    path = output_path(run, out, f"project-{tag(number, chosen, seed, weights, average)}.png")
    picture, array = _written(path, found, trained)
    about = _about(names, found, trained)
    compared = "pixels" + (" and features of the classifier" if classifier else "")
    if as_json:
        plain = {"path": str(picture) if picture else None, "z": str(array), "compared": compared}
        click.echo(json.dumps({**plain, "images": about}))
        return
    click.echo("\n".join(str(each) for each in (picture, array) if each))
    if not quiet:
        click.echo("\n".join(_table(about)))
        click.echo(
            wrapped(
                f"rms: the root of the mean squared difference of {_unit(trained)}. drawn: the rms "
                f"of the nearest random sample. Compared: {compared}."
            )
        )
        again = _again(run, array, about, weights, average, seed)
        if again:
            click.echo(f"To draw the reconstructions again:\n  {again}")


def _classifier(
    choice: str,
    run: str,
    trained: Trained,
    registry: Registry,
    data_dir: str | None,
    shown: bool,
) -> Classifier | None:
    """The classifier of the run's data, on the device of the generator."""
    if choice == "none":
        return None
    from ganzoo.assembly.build import component
    from ganzoo.data.files import data_dir as data_root
    from ganzoo.evaluation.classifier_cache import classifier_for, kept_classifier
    from ganzoo.run import Run
    from ganzoo.run.provenance import recipe_of

    part, root = trained.recipe.dataset, data_root(data_dir)
    if Path(run).is_dir():  # a generator's file has no path of this machine
        part = recipe_of(Run.open(run).config).dataset
    try:
        dataset = component("dataset", part, registry)
    except GanzooError:
        if choice == "auto":  # a generator's file may come from another machine
            return None
        raise
    if choice == "auto":
        kept = kept_classifier(part.bare, dataset, root)
        found = kept if kept is None or kept.channels == trained.spec.shape[0] else None
    else:
        with progress_shown(shown=shown) as report:

            def told(done: int, total: int) -> None:
                if report:
                    report(done / total, f"training the classifier of {part.bare}")

            found = classifier_for(part.bare, dataset.whole(), root, progress=told)
    return None if found is None else found.to(trained.device)


def _stem(images: tuple[str, ...]) -> str:
    stem = Path(images[0]).stem or "image"
    return stem if len(images) == 1 else f"{stem}-and-{len(images) - 1}-more"


def _written(path: Path, found: Projection, trained: Trained) -> tuple[Path | None, Path]:
    """Write the picture, if it is wanted and the samples can be drawn, and z; their paths."""
    from ganzoo.run import grid

    array = path.with_suffix(".npy")
    drawn = path != array and write_pairs(path, found.target, found.x, trained)
    grid.write_array(array, found.z)
    return path if drawn else None, array


def _about(names: list[str], found: Projection, trained: Trained) -> list[dict[str, Any]]:
    """What was found for each image, as plain data."""
    classes = trained.config["dataset"].get("labels", [])
    several = []
    for row, name in enumerate(names):
        entry: dict[str, Any] = {"image": name}
        if found.y is not None:
            number = int(found.y[row])
            entry["label"] = classes[number] if number < len(classes) else str(number)
        numbers = {"rms": found.rms, "drawn": found.drawn, "distance": found.distance}
        several.append({**entry, **{key: float(each[row]) for key, each in numbers.items()}})
    return several


def _table(about: list[dict[str, Any]]) -> list[str]:
    """A line for each image, of up to ``LISTED`` images."""
    shown = [key for key in about[0] if key != "distance"]
    rows = [[_cell(each[key]) for key in shown] for each in about[:LISTED]]
    widths = [max(map(len, column)) for column in zip(shown, *rows, strict=True)]
    lines = [
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (shown, *rows)
    ]
    more = len(about) - len(rows)
    return lines + ([f"  and {more:,} more, which --json lists"] if more else [])


def _cell(value: float | str) -> str:
    return f"{value:.4f}" if isinstance(value, float) else cut(value, NAME)


def _unit(trained: Trained) -> str:
    return "the pixels in [0, 1]" if trained.spec.bounded else "the coordinates"


def _again(
    run: str,
    array: Path,
    about: list[dict[str, Any]],
    weights: str,
    average: float | None,
    seed: int,
) -> str:
    """The command that draws the samples of the written z; empty if there is none, because the
    images have different labels."""
    labels = {each["label"] for each in about if "label" in each}
    if len(labels) > 1:
        return ""
    words = ["ganzoo", "sample", run, "--z", str(array)]
    words += [word for each in labels for word in ("--label", each)]
    words += weights_words(weights, average)
    return shlex.join(words + ([] if seed == 0 else ["--seed", str(seed)]))
