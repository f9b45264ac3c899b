"""The pictures and arrays of drawn samples: their names, and their files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ganzoo.errors import GanzooError, UsageError

if TYPE_CHECKING:
    from torch import Tensor

    from ganzoo.interfaces import View
    from ganzoo.sampling.trained import Trained


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


def check_picture(out: str | None, array: str = "") -> None:
    """Raises GanzooError for the name of a picture in no known format. ``array``: what is written
    in place of the picture under a name that ends in .npy; by default nothing."""
    from ganzoo.run.image_format import FORMATS

    known = (*FORMATS, ".npy") if array else tuple(FORMATS)
    if out and Path(out).suffix.lower() not in known:
        other = f", or {array} as .npy" if array else ""
        raise GanzooError(f"{out}: the picture is written as {', '.join(FORMATS)}{other}.")


def output_path(run: str, out: str | None, name: str) -> Path:
    """The path of ``--out``; without it, a file of this name in the folder of the generator.
    Raises UsageError for the standard output."""
    if out == "-":
        raise UsageError(
            "--out - stands for the standard output, where samples are not written. Use --out "
            f"FILE{Path(name).suffix}."
        )
    if out:
        return Path(out)
    source = Path(run)
    return (source.parent if source.is_file() else source) / name


def default_suffix(view: View | None) -> str:
    """The suffix of a file of samples whose name nobody gave."""
    return view.formats[0] if view and view.formats else ".png"


def write(path: Path, samples: Tensor, trained: Trained, columns: int | None) -> Path:
    """Write samples of a generator in the format given by the path's suffix, and return the
    path."""
    from ganzoo.run import grid, picture
    from ganzoo.run.files import new_folder, write_whole
    from ganzoo.run.image_format import FORMATS

    suffix, shape, view = path.suffix.lower(), trained.spec.shape, trained.game.view
    if suffix == ".npy":
        grid.write_array(path, samples)
        return path
    if view is None:
        raise GanzooError(f"Samples of shape {shape} cannot be drawn. Use --out FILE.npy.")
    known = tuple(dict.fromkeys((*view.formats, *FORMATS)))
    samples = samples.cpu()
    if suffix in view.formats:
        write_whole(path, view.encode(samples, suffix, columns))
        return path
    if suffix in known:
        picture.write(path, samples, view, columns=columns)
        return path
    if suffix:
        folder = ", or into a new folder" if view.each else ""
        raise GanzooError(f"{path}: samples are written as {', '.join(known)} or .npy{folder}.")
    if not view.each:
        raise GanzooError(
            f"{path} has no suffix, which asks for a folder with a file for each sample; samples "
            f"of shape {shape} are not written one by one. Use --out FILE{known[0]}."
        )
    with new_folder(path, "Choose a new folder for the samples.") as unfinished:
        for index, sample in enumerate(samples):
            write_whole(unfinished / f"{index:06d}{view.each}", view.encode_one(sample))
    return path


def check_finite(samples: Tensor, run: str) -> None:
    """Raises GanzooError for samples of a training that has diverged."""
    if not samples.isfinite().all():
        raise GanzooError(
            f"The generator of {run} gives samples that are not finite: train it again."
        )


def write_pairs(
    path: Path, images: Tensor, samples: Tensor, trained: Trained, columns: int | None = None
) -> bool:
    """Write a picture of images (N, *spec.shape), each with the sample of its row on the right, in
    so many ``columns`` of pairs; of other samples one picture of both, as their view shows them.
    False, and no file, if samples of this shape cannot be drawn."""
    from ganzoo.evaluation.nearest import picture
    from ganzoo.run import grid
    from ganzoo.run import picture as pictures
    from ganzoo.run.files import write_whole
    from ganzoo.run.image_format import encoded

    images, samples, spec = images.cpu(), samples.cpu(), trained.spec
    if not grid.drawable(spec):
        return pictures.write(path, samples, trained.game.view, images) is not None
    left, right = (grid.on_white(grid.to_bytes(x, spec)) for x in (images, samples))
    columns = columns or max(1, round(len(samples) ** 0.5))
    write_whole(path, encoded(grid.image(picture(left, right, columns)), path))
    return True


def print_path(path: Path, as_json: bool) -> None:
    click.echo(json.dumps({"path": str(path)}) if as_json else path)
