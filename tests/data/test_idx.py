from __future__ import annotations

import contextlib
import gzip
import hashlib
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from ganzoo.data.idx import read_idx
from ganzoo.errors import GanzooError

from .conftest import idx_bytes, write

IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
GOOD = idx_bytes(IMAGES)


@given(arrays(np.uint8, array_shapes(max_dims=4, max_side=6)))
def test_what_is_written_is_read_plain_and_gzipped(array):
    data = idx_bytes(array)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("x", "x.gz"):
            path = write(Path(folder, name), data)
            tensor, sha256 = read_idx(path, array.ndim, "mnist")
            assert tensor.dtype == torch.uint8
            np.testing.assert_array_equal(tensor.numpy(), array)
            assert sha256 == hashlib.sha256(data).hexdigest()


@given(st.binary(max_size=40), st.booleans())
def test_any_bytes_at_all_are_read_or_refused_in_a_sentence(data, header):
    data = b"\x00\x00\x08\x01" + data if header else data
    with tempfile.TemporaryDirectory() as folder:
        for name in ("x", "x.gz"):
            path = Path(folder, name)
            path.write_bytes(data)
            with contextlib.suppress(GanzooError):  # and nothing else
                assert read_idx(path, 1, "mnist")[0].ndim == 1


def test_the_tensor_may_be_written_to(tmp_path):
    tensor, _ = read_idx(write(tmp_path / "x", GOOD), 3, "mnist")
    tensor += 1
    assert tensor[0, 0, 0] == 1


PACKED = gzip.compress(GOOD)
BROKEN = {
    "empty": ("x", b"", "cut short: it has 0 bytes"),
    "header cut": ("x", GOOD[:10], "ends at byte 10, in its header"),
    "data cut": ("x", GOOD[:-1], "promises 24 bytes, 23 follow"),
    "trailing": ("x", GOOD + b"zz", "2 bytes more than the 24"),
    "a web page": ("x", b"<html>", "begins with 0x3c68746d, not 0x00000803"),
    "floats": ("x", b"\x00\x00\x0d\x03" + GOOD[4:], "begins with 0x00000d03"),
    "labels": ("x", idx_bytes(np.zeros(5)), "has 1 dimensions where 3 are expected"),
    "no samples": ("x", idx_bytes(np.zeros((0, 3, 4))), "holds no data"),
    "gzip unnamed": ("x", PACKED, "is a gzip file that is not named x.gz"),
    "not gzip": ("x.gz", GOOD, "damaged gzip file"),
    "gzip empty": ("x.gz", b"", "cut short"),
    "gzip cut": ("x.gz", PACKED[:-9], "damaged gzip file"),
    "gzip flipped": ("x.gz", PACKED[:12] + b"\xff\xff" + PACKED[14:], "damaged gzip file"),
    "gzip checksum": ("x.gz", PACKED[:-8] + b"\0\0\0\0" + PACKED[-4:], "damaged gzip file"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_damaged_file_is_named_with_what_is_wrong_and_what_to_do(tmp_path, kind):
    name, data, what = BROKEN[kind]
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(GanzooError) as caught:
        read_idx(path, 3, "kmnist")
    message = str(caught.value)
    assert message.startswith(f"{path} ")
    assert what in message
    assert message.endswith("Delete it and run `ganzoo data fetch kmnist`.")


def test_a_file_that_cannot_be_opened(tmp_path, forbidden):
    write(tmp_path / "secret", GOOD)
    forbidden("secret")
    for name, why in (
        ("absent", "No such file"),
        ("", "Is a directory"),
        ("secret", "Permission denied"),
    ):
        with pytest.raises(GanzooError, match=why) as caught:
            read_idx(tmp_path / name, 3, "mnist")
        assert str(tmp_path / name) in str(caught.value)
        assert "GANZOO_DATA" in str(caught.value)
