from __future__ import annotations

import ast
import gzip
import hashlib
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch

from ganzoo.data.idx_dataset import IdxDataset
from ganzoo.data.mnist import FashionMnist, Kmnist, Mnist
from ganzoo.errors import DataUnavailable, GanzooError, UsageError

from .conftest import idx_bytes, write

ALL = [Mnist, FashionMnist, Kmnist]
COUNTS = {"train": 20, "test": 10}
RNG = np.random.default_rng(0)
FILES = {
    f"{prefix}-{what}": idx_bytes(RNG.integers(0, top, shape))
    for prefix, n in (("train", 20), ("t10k", 10))
    for what, top, shape in (
        ("images-idx3-ubyte", 256, (n, 28, 28)),
        ("labels-idx1-ubyte", 10, (n,)),
    )
}


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Twenty samples in place of 60,000, and no network."""
    monkeypatch.setattr(IdxDataset, "counts", COUNTS)
    sha256 = {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}
    for dataset in (Mnist, FashionMnist):
        monkeypatch.setattr(dataset, "sha256", sha256)
    for dataset in ALL:
        md5 = {name: hashlib.md5(packed(data)).hexdigest() for name, data in FILES.items()}
        monkeypatch.setattr(dataset, "md5", md5)
    monkeypatch.setattr(IdxDataset, "_urls", lambda self, file: ["http://127.0.0.1:9/" + file])


def packed(data):
    return gzip.compress(data, mtime=0)


def put(root, dataset, suffix="", **changed):
    """All four files in their place; ``changed``: other bytes for some, by prefix_what."""
    for name, data in FILES.items():
        prefix, what = name.split("-")[:2]
        data = changed.get(f"{prefix}_{what}", data)
        write(root / dataset.title / "raw" / (name + suffix), data)
    return root / dataset.title / "raw"


@pytest.mark.parametrize("dataset", ALL)
@pytest.mark.parametrize("split", ["train", "test"])
def test_plain_and_gzipped_files_give_the_same_samples(tmp_path, dataset, split):
    put(tmp_path / "plain", dataset)
    put(tmp_path / "packed", dataset, ".gz")
    plain = dataset().load(tmp_path / "plain", split)
    zipped = dataset().load(tmp_path / "packed", split)
    n = COUNTS[split]
    assert (plain.x.shape, plain.x.dtype) == ((n, 1, 28, 28), torch.uint8)
    assert (plain.y.shape, plain.y.dtype) == ((n,), torch.int64)
    assert plain.classes == len(plain.labels) == 10
    assert plain.source == str(tmp_path / "plain" / dataset.title / "raw")
    assert torch.equal(plain.x, zipped.x)
    assert torch.equal(plain.y, zipped.y)
    assert plain.checksum == zipped.checksum
    prefix = "train" if split == "train" else "t10k"
    pixels = FILES[f"{prefix}-images-idx3-ubyte"][16:]
    assert plain.x.numpy().tobytes() == pixels
    assert plain.y.tolist() == list(FILES[f"{prefix}-labels-idx1-ubyte"][8:])


def test_the_checksum_depends_on_images_and_labels(tmp_path):
    other_images = idx_bytes(np.ones((20, 28, 28)))
    other_labels = idx_bytes(np.ones(20))
    put(tmp_path / "a", Kmnist)
    put(tmp_path / "b", Kmnist, train_images=other_images)
    put(tmp_path / "c", Kmnist, train_labels=other_labels)
    sums = {Kmnist().load(tmp_path / name, "train").checksum for name in "abc"}
    assert len(sums) == 3


def test_a_plain_file_comes_before_a_gzipped_one(tmp_path):
    folder = put(tmp_path, Mnist)
    for name in FILES:
        (folder / f"{name}.gz").write_bytes(b"never read")
    assert len(Mnist().load(tmp_path, "train")) == 20


def test_limit(tmp_path):
    put(tmp_path, Mnist)
    whole = Mnist().load(tmp_path, "train")
    some = Mnist(limit=7).load(tmp_path, "train")
    assert len(some) == len(some.y) == 7
    assert torch.equal(some.x, whole.x[:7])
    assert some.checksum == whole.checksum
    assert len(Mnist(limit=20).load(tmp_path, "train")) == 20
    assert len(Mnist(limit=7).load(tmp_path, "test")) == 10  # only the training split is limited
    assert len(Mnist(limit=7).whole().load(tmp_path, "train")) == 20
    with pytest.raises(UsageError, match=r"limit=21 is more than the 20 training samples"):
        Mnist(limit=21).load(tmp_path, "train")


def test_what_the_limit_leaves_out_is_a_split(tmp_path):
    put(tmp_path, Mnist)
    whole, some = Mnist(), Mnist(limit=7)
    assert whole.splits == ("train", "test")
    assert some.splits == ("train", "test", "rest")
    assert Mnist(limit=20).splits == ("train", "test")  # nothing is left out
    rest, train = some.load(tmp_path, "rest"), whole.load(tmp_path, "train")
    assert torch.equal(rest.x, train.x[7:])
    assert torch.equal(rest.y, train.y[7:])
    with pytest.raises(UsageError, match="There is no split 'rest'"):
        whole.load(tmp_path, "rest")


def test_an_unknown_split(tmp_path):
    with pytest.raises(UsageError, match=r"no split 'tran'\. Did you mean 'train'"):
        Mnist().load(tmp_path, "tran")


@pytest.mark.parametrize("dataset", [Mnist, FashionMnist])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_other_bytes_are_not_taken(tmp_path, dataset, suffix):
    other = bytearray(FILES["train-images-idx3-ubyte"])
    other[-1] ^= 1
    folder = put(tmp_path, dataset, suffix, train_images=bytes(other))
    with pytest.raises(GanzooError, match="checksum differs") as caught:
        dataset().load(tmp_path, "train")
    assert str(folder / f"train-images-idx3-ubyte{suffix}") in str(caught.value)
    assert f"Delete it and run `ganzoo data fetch {dataset.name}`" in str(caught.value)
    assert len(dataset().load(tmp_path, "test")) == 10


def pack_again(folder):
    """The same contents in other .gz files: other tools write another header."""
    for path in folder.iterdir():
        path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), 1, mtime=12345))


@pytest.mark.parametrize("dataset", ALL)
def test_what_is_in_the_file_decides_and_not_how_it_is_packed(tmp_path, dataset, recwarn):
    folder = put(tmp_path / "a", dataset, ".gz")
    published = dataset().load(tmp_path / "a", "train")
    assert not recwarn.list
    assert published.notes == ()
    pack_again(folder)
    again = dataset().load(tmp_path / "a", "train")
    assert torch.equal(again.x, published.x)
    assert again.checksum == published.checksum
    if dataset is Kmnist:  # of which nobody has published what is in the files
        assert [str(warning.message).split()[0] for warning in recwarn.list] == [
            "train-images-idx3-ubyte.gz",
            "train-labels-idx1-ubyte.gz",
        ]
        assert len(again.notes) == 2
    else:
        assert not recwarn.list
        assert again.notes == ()


@pytest.mark.parametrize("dataset", ALL)
def test_no_more_is_decompressed_than_the_file_should_hold(tmp_path, dataset, monkeypatch):
    read = []

    class Counting(gzip.GzipFile):
        def read(self, size=-1):
            read.append(super().read(size))
            return read[-1]

    monkeypatch.setattr("ganzoo.data.idx.gzip.open", Counting)
    zeros = bytes(20_000_000)
    for bomb, what in (
        (FILES["train-images-idx3-ubyte"] + zeros, "at least 65536 bytes more than the 15680"),
        (idx_bytes(np.zeros((25_000, 28, 28))), r"\(25000, 28, 28\) where \(20, 28, 28\)"),
    ):
        put(tmp_path, dataset, ".gz", train_images=bomb)
        with pytest.raises(GanzooError, match=what):
            dataset().load(tmp_path, "train")
    assert sum(map(len, read)) < 200_000


@pytest.mark.parametrize("dataset", [FashionMnist, Kmnist])
@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"train_images": idx_bytes(np.zeros((19, 28, 28)))}, r"\(19, 28, 28\) where \(20, 28, 28"),
        ({"train_images": idx_bytes(np.zeros((20, 28, 27)))}, r"\(20, 28, 27\) where \(20, 28, 28"),
        ({"train_labels": idx_bytes(np.zeros((20, 1)))}, "2 dimensions where 1 are expected"),
        ({"train_labels": idx_bytes(np.full(20, 10))}, "labels up to 10"),
        ({"train_images": FILES["train-images-idx3-ubyte"][:-5]}, "cut short"),
    ],
)
def test_a_file_must_have_the_form(tmp_path, dataset, changed, what):
    put(tmp_path, dataset, **changed)
    with pytest.raises(GanzooError, match=what) as caught:
        dataset().load(tmp_path, "train")
    assert f"`ganzoo data fetch {dataset.name}`" in str(caught.value)


@pytest.mark.parametrize("dataset", ALL)
def test_what_is_not_there_is_downloaded_verified_and_left_gzipped(
    server, tmp_path, monkeypatch, dataset
):
    monkeypatch.setattr(dataset, "_urls", lambda self, file: [server.url("/" + file)])
    for name, data in FILES.items():
        server.sends(f"/{name}.gz", packed(data))
    samples = dataset().load(tmp_path, "train")
    assert samples.y.tolist() == list(FILES["train-labels-idx1-ubyte"][8:])
    folder = tmp_path / dataset.title / "raw"
    fetched = {f"train-{what}-ubyte.gz" for what in ("images-idx3", "labels-idx1")}
    assert {path.name for path in folder.iterdir()} == fetched
    server.answers.clear()
    assert torch.equal(dataset().load(tmp_path, "train").x, samples.x)


@pytest.mark.parametrize("dataset", ALL)
def test_a_wrong_download_is_never_used(server, tmp_path, monkeypatch, dataset):
    monkeypatch.setattr(dataset, "_urls", lambda self, file: [server.url("/" + file)])
    server.sends("/train-images-idx3-ubyte.gz", packed(idx_bytes(np.zeros((20, 28, 28)))))
    with pytest.raises(DataUnavailable, match="MD5"):
        dataset().load(tmp_path, "train")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("dataset", ALL)
def test_where_there_is_no_network_the_ways_out_are_named(tmp_path, dataset):
    with pytest.raises(DataUnavailable) as caught:
        dataset().load(tmp_path, "train")
    message = str(caught.value)
    for part in (
        f"{dataset.title} is not in {tmp_path / dataset.title / 'raw'}",
        "127.0.0.1:9/train-images-idx3-ubyte.gz: ",
        f"into {tmp_path / dataset.title / 'raw'}",
        "GANZOO_DATA or --data-dir",
        f"`ganzoo data fetch {dataset.name}`",
    ):
        assert part in message
    assert ("--dataset mnist-5k" in message) == (dataset is Mnist)
    assert ("pip install 'ganzoo[offline]'" in message) == (dataset is Mnist)


def test_the_fallbacks():
    assert [dataset.fallback for dataset in ALL] == ["mnist-5k", None, None]


def test_the_addresses_of_torchvision_come_first(monkeypatch):
    monkeypatch.undo()
    own = [mirror + "x.gz" for mirror in Kmnist.mirrors]
    package, datasets = ModuleType("torchvision"), ModuleType("torchvision.datasets")
    datasets.KMNIST = SimpleNamespace(mirrors=["http://a/", *Kmnist.mirrors, "http://b/"])
    package.datasets = datasets
    monkeypatch.setitem(sys.modules, "torchvision", package)
    monkeypatch.setitem(sys.modules, "torchvision.datasets", datasets)
    assert Kmnist()._urls("x.gz") == ["http://a/x.gz", *own, "http://b/x.gz"]
    monkeypatch.setitem(sys.modules, "torchvision.datasets", None)
    assert Kmnist()._urls("x.gz") == own


@pytest.fixture(scope="module")
def published():
    """The addresses and the checksums of torchvision's datasets, by its class and its name for
    them. They are read from the source, since the import takes seconds."""
    spec = importlib.util.find_spec("torchvision")
    if spec is None:
        pytest.skip("torchvision is not installed")
    source = Path(spec.submodule_search_locations[0], "datasets", "mnist.py").read_text()
    return {
        (node.name, line.targets[0].id): ast.literal_eval(line.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef)
        for line in node.body
        if isinstance(line, ast.Assign) and line.targets[0].id in ("resources", "mirrors")
    }


@pytest.mark.parametrize("dataset", ALL)
def test_the_addresses_and_the_checksums_are_torchvisions(dataset, published, monkeypatch):
    monkeypatch.undo()
    ours = {f"{name}.gz": md5 for name, md5 in dataset.md5.items()}
    assert ours == dict(published[dataset.title, "resources"])
    assert [*dataset.mirrors] == published[dataset.title, "mirrors"]


def test_importing_the_readers_imports_no_slow_package():
    slow = {"torchvision", "mlxtend", "pandas", "sklearn"}
    modules = ["mnist", "mnist5k", "cifar", "folder", "files"]
    code = f"import sys\nfrom ganzoo.data import {', '.join(modules)}\n"
    code += f"print(sorted({slow} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_real_mnist(real_data, tmp_path, monkeypatch):
    monkeypatch.undo()
    train, test = (Mnist().load(real_data, split) for split in ("train", "test"))
    assert train.x.shape == (60_000, 1, 28, 28)
    assert train.y[:5].tolist() == [5, 0, 4, 1, 9]
    assert train.y.bincount().tolist()[:3] == [5923, 6742, 5958]
    assert train.x.double().mean() / 255 == pytest.approx(0.1306604762738429)
    for name in ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
        data = (real_data / "MNIST" / "raw" / name).read_bytes()
        write(tmp_path / "MNIST" / "raw" / f"{name}.gz", data)
    again = Mnist().load(tmp_path, "test")
    assert torch.equal(again.x, test.x)
    assert again.checksum == test.checksum != train.checksum
