"""The pictures and arrays of drawn samples: their names, and their files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ganzoo.errors import GanzooError

if TYPE_CHECKING:
    from torch import Tensor

    from ganzoo.types import Spec


def tag(
    number: int | None,
    given: Iterable[str],
    seed: int,
    weights: str = "ema",
    average: float | None = None,
) -> str:
    """The part of a picture's name that differs between pictures of a run. ``number``: the number
    of the class, None for all classes. ``average``: of several, as in ``load``."""
    labels = [] if number is None else [f"label{number}"]
    values = [re.sub(r"[^\w.+-]+", "_", text) for text in given]
    chosen = [] if weights == "ema" else [weights]
    chosen += [] if average is None else [f"average{average:.10g}"]
    return "-".join([*chosen, *labels, *values, f"seed{seed}"])


def weights_words(weights: str, average: float | None) -> list[str]:
    """The options of a command line that draws from these weights."""
    words = [] if weights == "ema" else ["--weights", weights]
    return words + ([] if average is None else ["--average", f"{average:.10g}"])


def check_picture(out: str | None) -> None:
    """Raises GanzooError for the name of a picture in no known format."""
    from ganzoo.run.image_format import FORMATS

    if out and Path(out).suffix.lower() not in FORMATS:
        raise GanzooError(f"{out}: the picture is written as {', '.join(FORMATS)}.")


def output_path(run: str, out: str | None, name: str) -> Path:
    """The path of ``--out``; without it, a file of this name in the folder of the generator."""
    if out:
        return Path(out)
    source = Path(run)
    return (source.parent if source.is_file() else source) / name


def write(path: Path, samples: Tensor, spec: Spec, columns: int | None) -> Path:
    """Write samples in the format given by the path's suffix, and return the path."""
    from ganzoo.run import grid, picture
    from ganzoo.run.files import new_folder
    from ganzoo.run.image_format import FORMATS

    suffix = path.suffix.lower()
    if suffix == ".npy":
        grid.write_array(path, samples)
        return path
    if not picture.drawable(spec):
        raise GanzooError(f"Samples of shape {spec.shape} cannot be drawn. Use --out FILE.npy.")
    if suffix in FORMATS:
        picture.write(path, samples, spec, columns=columns, deep=True)
        return path
    if suffix:
        raise GanzooError(
            f"{path}: samples are written as {', '.join(FORMATS)}, as .npy, or into a new folder."
        )
    if not grid.drawable(spec):
        raise GanzooError(f"Samples of shape {spec.shape} are not images. Use --out FILE.png.")
    with new_folder(path, "Choose a new folder for the images.") as unfinished:
        for index in range(len(samples)):
            grid.write_one(unfinished / f"{index:06d}.png", samples[index], spec)
    return path


def write_pairs(path: Path, images: Tensor, samples: Tensor, spec: Spec) -> None:
    """Write a picture of images (N, *spec.shape), each with the sample of its row on the right; of
    vectors, a plot of both. Raises GanzooError for samples that cannot be drawn."""
    from ganzoo.evaluation.nearest import picture
    from ganzoo.run import grid, plot
    from ganzoo.run.files import write_whole
    from ganzoo.run.image_format import encoded

    images, samples = images.cpu(), samples.cpu()
    if grid.drawable(spec):
        left, right = (grid.on_white(grid.to_bytes(x, spec)) for x in (images, samples))
        columns = max(1, round(len(samples) ** 0.5))
        write_whole(path, encoded(grid.image(picture(left, right, columns)), path))
    elif plot.drawable(spec):
        plot.write(path, samples, images)
    else:
        raise GanzooError(f"Samples of shape {spec.shape} cannot be drawn. Use --out FILE.npy.")


def print_path(path: Path, as_json: bool) -> None:
    click.echo(json.dumps({"path": str(path)}) if as_json else path)
