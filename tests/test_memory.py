"""Freed memory stays with the process, where the C library is glibc."""

from __future__ import annotations

import ctypes
import platform
import subprocess
import sys

import pytest

HELD = """
import ctypes
import torch
from ganzoo.training.memory import keep_freed

NAMES = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()

class Heap(ctypes.Structure):  # struct mallinfo2 of malloc.h
    _fields_ = [(name, ctypes.c_size_t) for name in NAMES]

mallinfo2 = ctypes.CDLL(None).mallinfo2
mallinfo2.restype = Heap

def free_memory():
    # The bytes that the process keeps, free for its next tensors.
    tensors = [torch.ones(2**24) for _ in range(2)]
    del tensors
    return mallinfo2().fordblks

returned = free_memory()
keep_freed()
print(returned, free_memory(), 2 * 2**24 * 4)
"""


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc" or not hasattr(ctypes.CDLL(None), "mallinfo2"),
    reason="the numbers are those of mallinfo2 of glibc 2.33",
)
def test_freed_memory_is_kept() -> None:
    ended = subprocess.run([sys.executable, "-c", HELD], capture_output=True, text=True, check=True)
    returned, kept, freed = map(int, ended.stdout.split())
    assert returned < freed / 2  # otherwise glibc kept it by itself, and the call is not needed
    assert kept >= freed
