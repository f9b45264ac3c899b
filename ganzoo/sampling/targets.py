"""The images of a projection, in the form of a generator's samples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any, get_args

import numpy as np
import torch
from torch import Tensor

from ganzoo.data.form import CHANNELS, Fit, Form, form_of
from ganzoo.data.image_files import ImageFiles, Tally
from ganzoo.data.packed import ending_of, source_of
from ganzoo.data.source import Disk
from ganzoo.errors import GanzooError, UsageError
from ganzoo.paths import expanded
from ganzoo.recipe import Recipe
from ganzoo.types import Spec, scale

Places = str | Path | Sequence[str | Path]


def is_places(images: Any) -> bool:
    """Whether images are given by their paths."""
    if isinstance(images, list | tuple):
        return bool(images) and all(isinstance(each, str | Path) for each in images)
    return isinstance(images, str | Path)


def given_samples(images: Any, spec: Spec, recipe: Recipe) -> Tensor:
    """Samples (N, *spec.shape), given by paths as for ``from_files`` or as for ``checked``."""
    return from_files(images, spec, recipe)[1] if is_places(images) else checked(images, spec)


def from_files(places: Places, spec: Spec, recipe: Recipe) -> tuple[list[str], Tensor]:
    """The names and the samples, (N, *spec.shape), of image files, of folders of images, and of
    files with many images, such as .zip.

    Images are brought to the size, the channels and the depth of the spec as by the dataset
    ``folder``, with the fit and the bits of the recipe's dataset, if it has them. Samples that
    are not images are read from .npy files. Raises GanzooError for a file that cannot be read.
    """
    paths = [expanded(path) for path in ([places] if isinstance(places, str | Path) else places)]
    if not paths:
        raise UsageError("There is no image to project.")
    if not (spec.image and spec.bounded and spec.shape[0] in CHANNELS):
        arrays = [_array(path, spec) for path in paths]
        names = [
            f"{path.name}:{row}"
            for path, x in zip(paths, arrays, strict=True)
            for row in range(len(x))
        ]
        return names, torch.cat(arrays)
    form = _form(spec, recipe)
    found = [_images(path, form) for path in paths]
    names = [name for several, _ in found for name in several]
    return names, scale(torch.cat([pixels for _, pixels in found]), spec)


def checked(samples: Any, spec: Spec) -> Tensor:
    """Samples given as a tensor or an array, (N, *spec.shape) or one of them: images of uint8 or
    uint16, or floats in [low, high]. Raises UsageError for others."""
    x = torch.as_tensor(samples).detach()
    x = x[None] if x.ndim == len(spec.shape) else x
    if tuple(x.shape[1:]) != spec.shape or not len(x) or x.is_complex():
        raise UsageError(
            f"The samples of this generator have the shape {spec.shape}; the given ones are of "
            f"shape {tuple(x.shape)}."
        )
    if x.dtype not in (torch.uint8, torch.uint16) and not x.is_floating_point():
        raise UsageError(
            f"Images are uint8 or uint16, or floats in the range of the samples, not {x.dtype}."
        )
    x = (scale(x, spec) if spec.bounded else x).float()
    if not x.isfinite().all():
        raise UsageError("The given samples have numbers that are not finite.")
    slack = (spec.high - spec.low) / 100 if spec.bounded else 0.0
    if spec.bounded and not bool(((x >= spec.low - slack) & (x <= spec.high + slack)).all()):
        raise UsageError(
            f"The given images have pixels outside of [{spec.low:g}, {spec.high:g}], the range of "
            "the samples: scale them to it, or give uint8."
        )
    return x


def _form(spec: Spec, recipe: Recipe) -> Form:
    own = recipe.dataset.options  # of ``folder``, or of a dataset that is made of folders
    fit, bits = own.get("fit", "crop"), own.get("bits")
    _, height, width = spec.shape
    return form_of(
        f"{height}x{width}",
        str(fit) if fit in get_args(Fit) else "crop",
        spec.shape[0],
        bits if isinstance(bits, int) else None,
        spec.depth,
    )


def _images(path: Path, form: Form) -> tuple[list[str], Tensor]:
    """The names and the pixels of one image file, or of all images in a folder or in a file."""
    if not path.exists():
        raise GanzooError(f"There is no image {path}.")
    if path.is_file() and ending_of(path) is None:
        names = [PurePath(path.name)]
        files = ImageFiles(Disk(path.parent), path.parent, names, form)
    else:
        source = source_of(path)
        names = source.images(path).images
        files = ImageFiles(source, path, names, form)
    assert form.size is not None
    shape = (len(names), form.channels or 1, *form.size)
    pixels = np.stack([*files.pixels(shape, Tally())])
    return [name.as_posix() for name in names], torch.from_numpy(pixels)


def _array(path: Path, spec: Spec) -> Tensor:
    if path.suffix.lower() != ".npy":
        raise UsageError(
            f"Samples of shape {spec.shape} are read from files NAME.npy, and {path} is none."
        )
    return checked(read_array(path), spec)


def read_array(path: Path) -> Tensor:
    """The array of numbers in a file NAME.npy. Raises GanzooError for a file that has none."""
    why = "it is no whole file of NumPy's format .npy, or not of numbers"
    try:
        return torch.from_numpy(np.load(path, allow_pickle=False))
    except OSError as error:
        why = error.strerror or why
    except (EOFError, ValueError, TypeError):  # NumPy's advice is to load the file unsafely
        pass
    raise GanzooError(f"{path} cannot be read as an array of numbers: {why}.")
