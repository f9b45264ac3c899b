"""Memory of tensors on the CPU that is kept from one step to the next."""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of glibc's mallopt: malloc.h
_SIZES = (2**30, 2**25)  # bytes; older versions of glibc take no threshold above 32 MiB


def keep_freed() -> None:
    """Let the C library keep freed memory of the process for the next tensors, where it is glibc.

    By default it returns the memory of a large tensor to the system, which clears every page of it
    when it is asked for again: of a step of small convolutions on a CPU that is a sixth.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return
    for option in (_MMAP_THRESHOLD, _TRIM_THRESHOLD):
        any(mallopt(option, size) for size in _SIZES)
