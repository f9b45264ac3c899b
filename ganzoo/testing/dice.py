"""Seeding, as cheaply as thousands of checks want it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed every global generator inside, and leave them outside as they were.

    The same as ``ganzoo.run.rng.seeded``, without torch.manual_seed: where there is no CUDA, that
    takes a millisecond to note down that it should be seeded, if ever it comes to be.
    """
    cuda = torch.cuda.is_available()
    before = torch.get_rng_state(), np.random.get_state(), random.getstate()
    on_cuda = torch.cuda.get_rng_state_all() if cuda else []
    torch.default_generator.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)
    if cuda:
        torch.cuda.manual_seed_all(seed)
    try:
        yield
    finally:
        torch.set_rng_state(before[0])
        np.random.set_state(before[1])
        random.setstate(before[2])
        if cuda:
            torch.cuda.set_rng_state_all(on_cuda)
