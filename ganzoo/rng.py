"""The state of every random generator that a training may draw from: torch's, numpy's, Python's."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

WORDS = 624  # of a Mersenne twister's state


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed all of them inside, and leave them outside as they were."""
    with kept():
        torch.manual_seed(seed)
        np.random.seed(seed % 2**32)
        random.seed(seed)
        yield


@contextmanager
def kept() -> Iterator[None]:
    """Leave them as they were, whatever is drawn inside."""
    before = state()
    try:
        yield
    finally:
        restore(before)


def state() -> dict[str, Tensor]:
    """Their states as tensors."""
    version, words, gauss = random.getstate()
    _, keys, position, has_gauss, cached = np.random.get_state()
    tensors = {
        "torch": torch.get_rng_state(),
        "numpy.keys": torch.tensor(np.asarray(keys), dtype=torch.int64),
        "numpy.place": torch.tensor([position, has_gauss]),
        "numpy.gauss": torch.tensor(cached, dtype=torch.float64),
        "python": torch.tensor([version, gauss is not None, *words]),
        "python.gauss": torch.tensor(gauss or 0.0, dtype=torch.float64),
    }
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        for index, cuda in enumerate(torch.cuda.get_rng_state_all()):
            tensors[f"cuda.{index}"] = cuda
    if torch.backends.mps.is_available():
        tensors["mps"] = torch.mps.get_rng_state()
    return tensors


def restore(tensors: Mapping[str, Tensor]) -> None:
    """The inverse of :func:`state`. A state of a device that is not here is left out."""
    position, has_gauss = tensors["numpy.place"].tolist()
    if not (0 <= position <= len(tensors["numpy.keys"]) == WORDS):  # or numpy reads beyond its end
        raise ValueError("the state of numpy's random numbers is none")
    torch.set_rng_state(tensors["torch"])
    keys = tensors["numpy.keys"].numpy().astype(np.uint32)
    np.random.set_state(("MT19937", keys, position, has_gauss, tensors["numpy.gauss"].item()))
    version, gaussed, *words = tensors["python"].tolist()
    gauss = tensors["python.gauss"].item() if gaussed else None
    random.setstate((version, tuple(words), gauss))
    for key, tensor in tensors.items():
        device, _, index = key.partition(".")
        if device == "cuda" and int(index) < torch.cuda.device_count():
            torch.cuda.set_rng_state(tensor, int(index))
        if device == "mps" and torch.backends.mps.is_available():
            torch.mps.set_rng_state(tensor)
