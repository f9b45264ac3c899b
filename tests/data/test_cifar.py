from __future__ import annotations

import ast
import hashlib
import importlib.util
import io
import pickle
import struct
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ganzoo.data import cifar
from ganzoo.data.cifar import Cifar10
from ganzoo.data.cifar_forms import BINARY, PYTHON, from_python
from ganzoo.errors import DataUnavailable, GanzooError, UsageError

N = 4  # images in a file, in place of 10,000
RNG = np.random.default_rng(0)
NAMES = [f"data_batch_{n}" for n in range(1, 6)] + ["test_batch"]
BATCHES = {
    name: (RNG.integers(0, 10, N).tolist(), RNG.integers(0, 256, (N, 3072), np.uint8))
    for name in NAMES
}


def binary(labels, pixels):
    return np.column_stack([np.array(labels, np.uint8), pixels]).tobytes()


def python2_pickle(labels, pixels, column_major=False):
    """What Python 2's cPickle wrote of such a batch, instruction by instruction, at protocol 2."""

    def text(s):
        return b"U" + bytes([len(s)]) + s

    def number(n):
        return b"K" + bytes([n]) if n < 256 else b"M" + struct.pack("<H", n)

    memory = pixels.tobytes("F" if column_major else "C")
    dtype = b"cnumpy\ndtype\n" + text(b"u1") + b"K\0K\x01\x87R(K\x03" + text(b"|")
    dtype += b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85" + text(b"b")
    array += b"\x87R(K\x01" + number(pixels.shape[0]) + number(pixels.shape[1]) + b"\x86" + dtype
    array += (b"\x88" if column_major else b"\x89") + b"T" + struct.pack("<i", len(memory)) + memory
    array += b"tb"
    return (
        b"\x80\x02}q\x01("
        + (text(b"batch_label") + b"q\x02" + text(b"training batch 1 of 5") + b"q\x03")
        + (text(b"labels") + b"]q\x05(" + b"".join(number(n) for n in labels) + b"e")
        + (text(b"data") + array)
        + (text(b"filenames") + b"](" + text(b"leptodactylus_pentadactylus_s_000004.png") + b"e")
        + b"u."
    )


ENCODE = {BINARY.folder: binary, PYTHON.folder: python2_pickle}


def digest(data):
    return hashlib.md5(data).hexdigest()


def put_folder(root, form, **changed):
    folder = root / form.folder
    folder.mkdir(parents=True)
    for name in NAMES:
        data = changed.get(name, ENCODE[form.folder](*BATCHES[name]))
        (folder / (name + form.suffix)).write_bytes(data)
    return folder


def put_archive(root, form, name=None):
    """An archive in an order of its own, with other things in it too."""
    with tarfile.open(root / (name or form.archive), "w:gz") as archive:
        top = tarfile.TarInfo(form.folder)
        top.type = tarfile.DIRTYPE
        archive.addfile(top)
        for name in ["readme.html", *reversed(NAMES)]:
            data = ENCODE[form.folder](*BATCHES[name]) if name in BATCHES else b"hello"
            info = tarfile.TarInfo(f"{form.folder}/{name}{form.suffix if name in BATCHES else ''}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return root / form.archive


@pytest.fixture(autouse=True)
def small(monkeypatch, tmp_path_factory):
    """Small batches, archives with the checksums that theirs have, and no network."""
    monkeypatch.setattr(cifar, "_PER_FILE", N)
    monkeypatch.setattr(cifar, "_HOSTS", ("http://127.0.0.1:9/",))
    files = {name: digest(python2_pickle(*batch)) for name, batch in BATCHES.items()}
    monkeypatch.setattr(cifar, "PYTHON", replace(PYTHON, files=files))


def trusted(monkeypatch, form, archive):
    name = "BINARY" if form is BINARY else "PYTHON"
    monkeypatch.setattr(cifar, name, replace(getattr(cifar, name), md5=digest(archive)))


def expected(split):
    names = NAMES[:5] if split == "train" else NAMES[5:]
    x = np.concatenate([BATCHES[name][1] for name in names]).reshape(-1, 3, 32, 32)
    return torch.from_numpy(x), [y for name in names for y in BATCHES[name][0]]


@pytest.mark.parametrize("form", [BINARY, PYTHON], ids=["binary", "python"])
@pytest.mark.parametrize("packed", [False, True], ids=["folder", "archive"])
def test_every_form_gives_the_same_samples(tmp_path, monkeypatch, form, packed):
    if packed:
        source = put_archive(tmp_path, form)
        trusted(monkeypatch, form, source.read_bytes())
    else:
        source = put_folder(tmp_path, form)
    for split, count in (("train", 20), ("test", 4)):
        samples = Cifar10().load(tmp_path, split)
        x, y = expected(split)
        assert samples.x.shape == (count, 3, 32, 32)
        assert (samples.x.dtype, samples.y.dtype) == (torch.uint8, torch.int64)
        assert torch.equal(samples.x, x)
        assert samples.y.tolist() == y
        assert samples.classes == len(samples.labels) == 10
        assert samples.source == str(source)
        records = np.column_stack([np.array(y, np.uint8), x.reshape(count, -1).numpy()])
        assert samples.checksum == hashlib.sha256(records.tobytes()).hexdigest()


def test_the_binary_form_comes_first_and_a_half_unpacked_folder_is_not_read(tmp_path, monkeypatch):
    folder = put_folder(tmp_path, BINARY)
    put_folder(tmp_path, PYTHON)
    assert Cifar10().load(tmp_path, "train").source == str(folder)
    (folder / "data_batch_4.bin").unlink()
    assert Cifar10().load(tmp_path, "train").source == str(tmp_path / PYTHON.folder)
    assert Cifar10().load(tmp_path, "test").source == str(folder)


def test_the_pickle_is_read_as_pickle_would_read_it():
    labels, pixels = BATCHES["test_batch"]
    for column_major in (False, True):
        data = python2_pickle(labels, pixels, column_major)
        true = pickle.loads(data, encoding="latin1")
        np.testing.assert_array_equal(true["data"], pixels)
        assert true["labels"] == labels
        records = from_python(data)
        np.testing.assert_array_equal(records[:, 0], labels)
        np.testing.assert_array_equal(records[:, 1:], pixels)


class Evil:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (Path(self.path),)


def test_a_pickle_is_never_run(tmp_path, monkeypatch):
    evil = pickle.dumps(Evil(str(tmp_path / "owned")), protocol=2)
    put_folder(tmp_path, PYTHON, test_batch=evil)
    monkeypatch.setattr(cifar, "PYTHON", replace(PYTHON, files={}))
    with pytest.raises(GanzooError, match="holds 0 labels"):
        Cifar10().load(tmp_path, "test")
    assert not (tmp_path / "owned").exists()
    pickle.loads(evil)
    assert (tmp_path / "owned").exists()  # it would have been


LABELS, PIXELS = BATCHES["test_batch"]
DAMAGED = {
    "cut": (BINARY, binary(LABELS, PIXELS)[:-1], "not a whole number of records"),
    "empty": (BINARY, b"", "not a whole number of records"),
    "short": (BINARY, binary(LABELS[:-1], PIXELS[:-1]), "does not hold 4 images"),
    "labels": (BINARY, binary([10, 0, 0, 0], PIXELS), "with labels 0 to 9"),
    "pickle cut": (PYTHON, python2_pickle(LABELS, PIXELS)[:-2000], "is damaged"),
    "pickle empty": (PYTHON, b"", "is damaged"),
    "pickle other": (PYTHON, pickle.dumps([1, 2]), "holds 0 labels"),
    "pickle short": (PYTHON, python2_pickle(LABELS[:-1], PIXELS[:-1]), "does not hold 4 images"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_file_is_named(tmp_path, monkeypatch, kind):
    form, data, what = DAMAGED[kind]
    folder = put_folder(tmp_path, form, test_batch=data)
    monkeypatch.setattr(cifar, "PYTHON", replace(PYTHON, files={}))
    with pytest.raises(GanzooError, match=what) as caught:
        Cifar10().load(tmp_path, "test")
    assert str(folder / f"test_batch{form.suffix}") in str(caught.value)
    assert "`ganzoo data fetch cifar10`" in str(caught.value)


def test_published_checksums_are_enforced(tmp_path):
    other = python2_pickle(LABELS, PIXELS ^ 1)
    folder = put_folder(tmp_path / "a", PYTHON, test_batch=other)
    with pytest.raises(GanzooError, match="not the published file") as caught:
        Cifar10().load(tmp_path / "a", "test")
    assert str(folder / "test_batch") in str(caught.value)
    for form in (BINARY, PYTHON):
        root = tmp_path / form.folder
        root.mkdir()
        archive = put_archive(root, form)
        with pytest.raises(GanzooError, match="not the published archive") as caught:
            Cifar10().load(root, "test")
        assert str(archive) in str(caught.value)


def test_a_file_that_may_not_be_read(tmp_path, forbidden):
    put_folder(tmp_path, BINARY)
    forbidden("test_batch.bin")
    with pytest.raises(GanzooError, match="Permission denied"):
        Cifar10().load(tmp_path, "test")


def test_the_download(server, tmp_path, monkeypatch):
    data = put_archive(tmp_path, BINARY, "elsewhere").parent.joinpath("elsewhere").read_bytes()
    trusted(monkeypatch, BINARY, data)
    url = server.sends(f"/{BINARY.archive}", data)
    monkeypatch.setattr(cifar, "_HOSTS", (server.url("/gone/"), url.removesuffix(BINARY.archive)))
    root = tmp_path / "data"
    assert torch.equal(Cifar10().load(root, "train").x, expected("train")[0])
    assert [path.name for path in root.iterdir()] == [BINARY.archive]
    server.answers.clear()
    assert torch.equal(Cifar10().load(root, "test").x, expected("test")[0])


def test_where_there_is_no_network_the_ways_out_are_named(tmp_path):
    with pytest.raises(DataUnavailable) as caught:
        Cifar10().load(tmp_path, "train")
    message = str(caught.value)
    for part in (
        f"CIFAR-10 is not in {tmp_path}",
        "http://127.0.0.1:9/cifar-10-binary.tar.gz: ",
        "cifar-10-python.tar.gz",
        "GANZOO_DATA or --data-dir",
        "`ganzoo data fetch cifar10`",
    ):
        assert part in message


def test_limit_and_split(tmp_path):
    put_folder(tmp_path, BINARY)
    assert Cifar10(limit=5).load(tmp_path, "train").y.tolist() == expected("train")[1][:5]
    assert Cifar10(limit=2).load(tmp_path, "test").y.tolist() == expected("test")[1]
    assert Cifar10(limit=2).whole().load(tmp_path, "train").y.tolist() == expected("train")[1]
    with pytest.raises(UsageError, match="limit=21 is more than the 20"):
        Cifar10(limit=21).load(tmp_path, "train")
    with pytest.raises(UsageError, match="no split 'valid'"):
        Cifar10().load(tmp_path, "valid")


def test_the_checksums_are_torchvisions():
    spec = importlib.util.find_spec("torchvision")
    if spec is None:
        pytest.skip("torchvision is not installed")
    source = Path(spec.submodule_search_locations[0], "datasets", "cifar.py").read_text()
    published = {}  # read from the source: the import takes seconds
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and node.name == "CIFAR10":
            for line in node.body:
                if isinstance(line, ast.Assign) and line.targets[0].id != "meta":
                    published[line.targets[0].id] = ast.literal_eval(line.value)
    assert published["base_folder"] == PYTHON.folder
    assert (published["filename"], published["tgz_md5"]) == (PYTHON.archive, PYTHON.md5)
    assert dict(published["train_list"] + published["test_list"]) == PYTHON.files
