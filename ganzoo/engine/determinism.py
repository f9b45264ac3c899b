"""Computing with the same kernels, in the same order of sums, in every training."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def deterministic() -> Iterator[None]:
    """A GPU adds numbers in the same order each time: the same seed then gives the same weights,
    and a resumed training the weights of a training that never stopped. An operation without such
    a kernel warns, and is computed by its usual one. On a CPU nothing changes."""
    # cuBLAS reads it when it first computes; any other size of its workspace may change the order.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    before = torch.are_deterministic_algorithms_enabled()
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    convolutions = torch.backends.cudnn.deterministic
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.deterministic = True
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before, warn_only=warn_only)
        torch.backends.cudnn.deterministic = convolutions
