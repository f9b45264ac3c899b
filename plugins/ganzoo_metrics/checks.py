"""Checks of the input of metrics, and features in the form that metrics compute with."""

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from ganzoo import Data, Features, UsageError


def at_least(metric: str, option: str, value: int, least: int) -> int:
    """The option's value. Raises UsageError if it is less than ``least``."""
    if value < least:
        raise UsageError(f"{option} of the metric {metric!r} must be {least} or more, not {value}.")
    return value


def enough(metric: str, min_samples: int, **sets: Data) -> None:
    """Raises UsageError if a set has fewer samples; its keyword names the samples (real, ...)."""
    for whose, samples in sets.items():
        if len(samples) < min_samples:
            raise UsageError(
                f"The metric {metric!r} needs {min_samples} {whose} samples or more, and there are "
                f"{len(samples)}."
            )


def images(metric: str, samples: Data) -> None:
    """Raises UsageError for anything but images."""
    if not samples.discrete or samples.x.dim() != 4:
        raise UsageError(
            f"The metric {metric!r} is for images, and these samples are vectors of the shape "
            f"{tuple(samples.x.shape[1:])}."
        )


def alike(real: Data, fake: Data) -> None:
    """Raises UsageError for samples of two shapes."""
    if real.x.shape[1:] != fake.x.shape[1:]:
        raise UsageError(
            f"The real samples have the shape {tuple(real.x.shape[1:])} and the generated samples "
            f"{tuple(fake.x.shape[1:])}: compare a generator with the data that it was trained on."
        )


def classifier(metric: str, features: Features) -> None:
    """Raises UsageError for features with fewer than two classes."""
    if features.classes < 2:
        raise UsageError(
            f"The metric {metric!r} needs a classifier, and the features {features.name!r} have "
            "no classes."
        )


def own_classifier(metric: str, features: Features, real: Data) -> None:
    """Raises UsageError for features whose classes are not those of the data."""
    classifier(metric, features)
    if features.classes != real.classes:
        raise UsageError(
            f"The metric {metric!r} counts the data's own {real.classes} classes, and the "
            f"features {features.name!r} have {features.classes}: it needs the classifier of "
            "labelled data."
        )


def vectors(features: Features, samples: Data) -> Iterator[Tensor]:
    """The samples' features, in pieces, float64 (n, dim) on the CPU, checked to be finite."""
    return _finite(features, features.vectors(samples))


def logits(features: Features, samples: Data) -> Iterator[Tensor]:
    """The classifier's logits, in pieces, float64 (n, classes) on the CPU, checked to be finite."""
    return _finite(features, features.logits(samples))


def all_vectors(features: Features, samples: Data) -> Tensor:
    """All of the samples' features at once, float32 (N, dim): for neighbours and subsets."""
    return torch.cat([piece.float() for piece in vectors(features, samples)])


def pixels(x: Tensor) -> Tensor:
    """uint8 or uint16 images (N, ...) as float32 (N, D) in [0, 1]."""
    return x.cpu().flatten(1).float() / white(x)


def white(x: Tensor) -> int:
    """The largest value of a pixel."""
    return 65535 if x.dtype == torch.uint16 else 255


def _finite(features: Features, pieces: Iterable[Tensor]) -> Iterator[Tensor]:
    for piece in pieces:
        if not piece.isfinite().all():
            raise UsageError(
                f"The features {features.name!r} of some samples are not finite numbers, so no "
                "metric can read them: look at the generator's samples."
            )
        yield piece.cpu().double()
