"""The two forms in which CIFAR-10 is published, both decoded to the records of the binary one.

A record is 1 + 3072 bytes: the label, then the red, the green and the blue plane, 32x32 each in
row-major order (https://www.cs.toronto.edu/~kriz/cifar.html).
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Records = NDArray[np.uint8]
_PIXELS = 3 * 32 * 32


@dataclass(frozen=True)
class Form:
    """One published form of the dataset. folder: the name of its folder. archive, md5: the archive
    of the folder and its MD5. suffix: of the files. decode: turns the bytes of one file into
    records. files: the published MD5 of each file, if known."""

    folder: str
    archive: str
    md5: str
    suffix: str
    decode: Callable[[bytes], Records]
    files: Mapping[str, str] = field(default_factory=dict)


def from_binary(data: bytes) -> Records:
    """The records (N, 3073) of a file in the binary form. Raises ValueError, with a predicate as
    its message, for a file that does not consist of whole records."""
    if not data or len(data) % (1 + _PIXELS):
        raise ValueError(f"is damaged: {len(data)} bytes are not a whole number of records")
    return np.frombuffer(data, np.uint8).reshape(-1, 1 + _PIXELS)


def from_python(data: bytes) -> Records:
    """The records (N, 3073) of a Python pickle, which is parsed and never executed.

    The pickle is a dict written by Python 2: "labels" is a list of small integers, "data" a uint8
    array (N, 3072). ``pickletools`` lists the instructions one by one. The integers after the word
    "labels" are the labels, and the only long string is the memory of the array. No instruction of
    the file is executed.

    Raises ValueError, with a predicate as its message, for any other file.
    """
    labels: list[int] = []
    pixels, key, column_major = b"", "", False
    try:
        value: Any  # the argument of the instruction: an int, a str, or None
        for opcode, value, _ in pickletools.genops(data):
            if opcode.name == "BININT1" and key == "labels":
                labels.append(value)
            elif opcode.name in ("NEWTRUE", "NEWFALSE"):  # the memory order of the array
                column_major = opcode.name == "NEWTRUE"
            elif opcode.name == "BINSTRING":  # longer than 255 bytes
                pixels = value.encode("latin-1")
            elif opcode.name == "SHORT_BINSTRING":
                key = value
    except ValueError as error:
        raise ValueError(f"is damaged ({error})") from error
    if not labels or len(pixels) != len(labels) * _PIXELS:
        raise ValueError(f"holds {len(labels)} labels and {len(pixels)} bytes of pixels")
    images = np.frombuffer(pixels, np.uint8)
    images = images.reshape((len(labels), _PIXELS), order="F" if column_major else "C")
    return np.column_stack([np.array(labels, np.uint8), images])


BINARY = Form(
    folder="cifar-10-batches-bin",
    archive="cifar-10-binary.tar.gz",
    md5="c32a1d4ab5d03f1284b67883e8d87530",
    suffix=".bin",
    decode=from_binary,
)
PYTHON = Form(  # the form that torchvision downloads
    folder="cifar-10-batches-py",
    archive="cifar-10-python.tar.gz",
    md5="c58f30108f718f92721af3b95e74349a",
    suffix="",
    decode=from_python,
    files={
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
        "test_batch": "40351d587109b95175f43aff81a1287e",
    },
)
