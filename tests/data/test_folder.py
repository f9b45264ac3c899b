from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganzoo.data.folder import Folder
from ganzoo.errors import GanzooError, UsageError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "images").mkdir()
    return tmp_path / "images"


@pytest.fixture
def root(tmp_path):
    """The data directory, of which nothing is asked here."""
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """The folder of what is computed."""
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def put(path, value=0, shape=(4, 6)):
    """An image of one value: gray, or colour where ``shape`` ends in 3."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full(shape, value, np.uint8)).save(path)


def values(samples):
    return samples.x[:, 0, 0, 0].tolist()


def test_all_images_in_the_order_of_their_names(folder, root, cache):
    put(folder / "b.png", 2)
    put(folder / "sub" / "deep" / "c.PNG", 3)
    put(folder / "a.bmp", 1)
    put(folder / ".hidden.png", 9)
    put(folder / ".cache" / "x.png", 9)
    (folder / "notes.txt").write_text("no image")
    samples = Folder(str(folder)).load(root, "train")
    assert samples.x.shape == (3, 1, 4, 6)
    assert samples.x.dtype == torch.uint8
    assert values(samples) == [1, 2, 3]
    assert samples.y is None
    assert (samples.classes, samples.labels) == (0, ())
    assert samples.source == str(folder)
    assert not root.exists()
    assert not cache.exists()


@pytest.mark.parametrize("name", ["x.png", "x.jpg", "x.jpeg", "x.bmp", "x.webp", "x.gif", "x.tif"])
def test_every_format_that_counts(folder, root, name):
    put(folder / name, 255, (4, 6, 3))
    samples = Folder(str(folder)).load(root, "train")
    assert samples.x.shape == (1, 3, 4, 6)
    assert (samples.x > 250).all()


def test_subfolders_are_labels(folder, root):
    put(folder / "dog" / "1.png", 10)
    put(folder / "cat" / "1.png", 20)
    put(folder / "cat" / "old" / "2.png", 30)
    samples = Folder(str(folder)).load(root, "train")
    assert samples.labels == ("cat", "dog")
    assert samples.classes == 2
    assert values(samples) == [20, 30, 10]
    assert samples.y.tolist() == [0, 0, 1]
    assert samples.y.dtype == torch.int64
    without = Folder(str(folder), labels=False).load(root, "train")
    assert (without.y, without.classes, without.labels) == (None, 0, ())
    assert torch.equal(without.x, samples.x)


def test_an_image_outside_every_subfolder_means_no_labels(folder, root):
    put(folder / "dog" / "1.png")
    put(folder / "cat" / "1.png")
    put(folder / "stray.png")
    assert Folder(str(folder)).load(root, "train").y is None


def test_a_single_subfolder_is_no_label(folder, root):
    put(folder / "img_align_celeba" / "1.png")
    samples = Folder(str(folder)).load(root, "train")
    assert samples.y is None
    (note,) = samples.notes
    assert "img_align_celeba, so there are no classes: classes are two folders or more" in note
    assert not Folder(str(folder), labels=False).load(root, "train").notes


def test_train_and_test_are_splits_with_common_labels(folder, root):
    put(folder / "train" / "cat" / "1.png", 1)
    put(folder / "train" / "ant" / "1.png", 2)
    put(folder / "test" / "cat" / "1.png", 3)
    put(folder / "extra" / "cat" / "1.png", 4)
    train, test = (Folder(str(folder)).load(root, split) for split in ("train", "test"))
    assert (values(train), values(test)) == ([2, 1], [3])
    assert train.labels == test.labels == ("ant", "cat")
    assert test.y.tolist() == [1]
    assert test.source == str(folder / "test")


def test_without_both_all_of_it_is_train(folder, root):
    put(folder / "train" / "1.png", 1)
    put(folder / "bus" / "1.png", 2)
    samples = Folder(str(folder)).load(root, "train")
    assert samples.labels == ("bus", "train")
    with pytest.raises(UsageError, match="has no test split") as caught:
        Folder(str(folder)).load(root, "test")
    assert str(folder) in str(caught.value)
    with pytest.raises(UsageError, match=r"no split 'tset'\. Did you mean 'test'"):
        Folder(str(folder)).load(root, "tset")


def test_sizes_must_agree_or_be_given(folder, root):
    put(folder / "a.png", shape=(4, 6))
    put(folder / "b.png", shape=(4, 6))
    put(folder / "c.png", shape=(8, 6))
    with pytest.raises(GanzooError) as caught:
        Folder(str(folder)).load(root, "train")
    message = str(caught.value)
    assert f"{folder / 'a.png'} is 4x6 (height x width) and" in message
    assert f"{folder / 'c.png'} is 8x6 (height x width)." in message
    assert "--set dataset.size=" in message
    assert Folder(str(folder), size=3).load(root, "train").x.shape == (3, 1, 3, 3)


@pytest.mark.parametrize(
    ("shapes", "size", "notes"),
    [
        ([(72, 96)] * 2, 64, ["72x96 pixels", "leaves out 25 % of an image", "to 64x64"]),
        ([(72, 96)] * 2, "48x64", []),  # the same shape
        ([(64, 64)] * 2, "48x64", ["to 48x64", "leaves out 25 % of an image"]),
        ([(72, 96), (50, 100)], 8, ["72x96 to 50x100 pixels", "up to 50 % of an image"]),
        ([(64, 64)] * 2, 8, []),  # only resized
        ([(6, 4)] * 2, None, []),
    ],
)
def test_a_note_says_how_much_is_cut_off(folder, root, shapes, size, notes):
    for index, shape in enumerate(shapes):
        put(folder / f"{index}.png", shape=shape)
    text = " ".join(Folder(str(folder), size=size).load(root, "train").notes)
    assert all(note in text for note in notes)
    assert bool(text) == bool(notes)


@pytest.mark.parametrize(
    ("fit", "note"),
    [
        ("crop", "leaves out 25 % of an image (dataset.fit=pad or stretch keeps all of it)"),
        ("pad", "borders are added, which take 25 % of an image"),
        ("stretch", "one side is stretched by 33 % more than the other"),
    ],
)
def test_a_note_says_what_each_fit_changes(folder, root, fit, note):
    put(folder / "a.png", shape=(72, 96))
    samples = Folder(str(folder), size=64, fit=fit).load(root, "train")
    assert samples.x.shape == (1, 1, 64, 64)
    assert note in samples.notes[0]


def test_the_size_in_the_note_is_that_of_the_turned_image(folder, root):
    exif = Image.Exif()
    exif[0x0112] = 6  # a photograph that was taken upright
    Image.new("L", (96, 72)).save(folder / "a.jpg", exif=exif)
    (note,) = Folder(str(folder), size=8).load(root, "train").notes
    assert "96x72 pixels" in note


def test_modes_must_agree_or_be_given(folder, root):
    put(folder / "a{0}.png", shape=(4, 6))
    put(folder / "b.png", shape=(4, 6, 3))
    with pytest.raises(GanzooError) as caught:
        Folder(str(folder)).load(root, "train")
    message = str(caught.value)
    assert f"{folder / 'a{0}.png'} is gray and {folder / 'b.png'} is colour" in message
    assert "--set dataset.channels=3" in message
    assert Folder(str(folder), channels=3).load(root, "train").x.shape == (2, 3, 4, 6)
    assert Folder(str(folder), channels=1).load(root, "train").x.shape == (2, 1, 4, 6)


def test_wrong_knobs():
    for options, what in (
        ({"channels": 2}, r"channels=2 is neither 1 .* nor 3 .* nor 4"),
        ({"bits": 17}, "bits=17"),
        ({"size": "64 by 48"}, "size='64 by 48' is no size.*48x64"),
        ({"size": "0x48"}, "size=0x48 is out of range"),
        ({"size": "99999"}, "size=99999 is out of range"),
        ({"fit": "sretch"}, "fit='sretch' is unknown. Did you mean 'stretch'"),
        ({"fit": "pad"}, "fit=pad needs the size.*dataset.size=64"),
    ):
        with pytest.raises(UsageError, match=what):
            Folder("x", **options)
    with pytest.raises(UsageError, match="path is empty"):
        Folder("")


def test_folders_that_will_not_do(folder, root):
    (folder / "file").write_text("")
    (folder / "empty").mkdir()
    (folder / "texts").mkdir()
    for name in ("a.txt", "b.csv"):
        (folder / "texts" / name).write_text("")
    for name, what in (
        ("absent", "does not exist"),
        ("file", "is not a folder"),
        ("empty", "it is empty"),
        ("texts", "none of its 2 files is one"),
    ):
        with pytest.raises(GanzooError, match=what) as caught:
            Folder(str(folder / name)).load(root, "train")
        assert str(folder / name) in str(caught.value)
    assert ".png" in str(caught.value)


def test_an_unreadable_image_is_named(folder, root):
    put(folder / "a.png")
    for name, data in {
        "b.png": b"no image",
        "c.png": b"",
        "d.png": (folder / "a.png").read_bytes()[:40],
    }.items():
        (folder / name).write_bytes(data)
        with pytest.raises(GanzooError, match="is not an image that can be read") as caught:
            Folder(str(folder)).load(root, "train")
        assert str(folder / name) in str(caught.value)
        (folder / name).unlink()


def test_a_truncated_photograph_is_named(folder, root):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(folder / "a.jpg")
    data = (folder / "a.jpg").read_bytes()
    (folder / "a.jpg").write_bytes(data[: len(data) // 2])
    with pytest.raises(GanzooError, match=r"a\.jpg is not an image that can be read"):
        Folder(str(folder)).load(root, "train")


def test_all_damaged_images_are_told_at_once(folder, root):
    put(folder / "a.png")
    whole = (folder / "a.png").read_bytes()
    for name, data in {"0.png": b"", "b.png": b"no image", "c.png": whole[:40]}.items():
        (folder / name).write_bytes(data)
    with pytest.raises(GanzooError, match=f"3 of the 4 image files in {folder}") as caught:
        Folder(str(folder)).load(root, "train")
    for part in ("0.png (empty)", "b.png (no image)", "c.png (", "Repair or remove them."):
        assert part in str(caught.value)
    assert "0x" not in str(caught.value)
    (folder / "a.png").unlink()
    with pytest.raises(GanzooError, match="3 of the 3 image files"):
        Folder(str(folder)).load(root, "train")


def test_of_many_damaged_images_the_first_are_named(folder, root):
    put(folder / "x.png")
    for i in range(13):
        (folder / f"{i:02}.png").write_bytes(b"")
    with pytest.raises(GanzooError, match=r"13 of the 14 .* 09\.png \(empty\), and 3 more\."):
        Folder(str(folder)).load(root, "train")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_among_the_images_is_not_waited_on(folder, root):
    put(folder / "a.png")
    os.mkfifo(folder / "b.png")
    with pytest.raises(GanzooError, match=r"b\.png is no regular file"):
        Folder(str(folder)).load(root, "train")
    (folder / "c.png").write_bytes(b"")
    with pytest.raises(GanzooError, match=r"b\.png \(no regular file\), c\.png \(empty\)"):
        Folder(str(folder)).load(root, "train")


def test_permission_denied(folder, root, forbidden, monkeypatch):
    put(folder / "a.png")
    put(folder / "b.png")
    forbidden("b.png")
    with pytest.raises(GanzooError, match=r"b\.png cannot be read: Permission denied"):
        Folder(str(folder)).load(root, "train")

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(GanzooError, match="images cannot be read: Permission denied"):
        Folder(str(folder)).load(root, "train")


def test_links_are_followed_and_loops_end(folder, tmp_path, root):
    put(tmp_path / "elsewhere" / "a.png", 1)
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    (folder / "loop").symlink_to(folder)
    assert values(Folder(str(folder)).load(root, "train")) == [1]
    (folder / "gone.png").symlink_to(tmp_path / "nothing.png")
    with pytest.raises(GanzooError, match=r"gone\.png cannot be read: No such file"):
        Folder(str(folder)).load(root, "train")


def test_the_checksum_is_of_names_and_contents(folder, root):
    put(folder / "a.png", 1)
    put(folder / "b.png", 2)
    names = {name: (folder / name).read_bytes() for name in ("a.png", "b.png")}
    expected = hashlib.sha256(
        b"".join(n.encode() + b"\0" + hashlib.sha256(d).digest() for n, d in names.items())
    ).hexdigest()

    def checksum(**options):
        return Folder(str(folder), **options).load(root, "train").checksum

    assert checksum() == checksum(size=2) == expected
    (folder / "b.png").rename(folder / "c.png")
    renamed = checksum()
    put(folder / "c.png", 3)
    assert len({expected, renamed, checksum()}) == 3
    shutil.move(folder, folder.parent / "moved")
    shutil.copytree(folder.parent / "moved", folder)
    put(folder / "c.png", 2)
    assert checksum() == renamed


def test_many_files_come_in_the_order_of_their_names(folder, root):
    for i in range(100):
        put(folder / f"{i:02}.png", i)
    assert values(Folder(str(folder)).load(root, "train")) == list(range(100))


def test_a_relative_path(folder, root, monkeypatch):
    put(folder / "sub" / "a.png", 7)
    monkeypatch.chdir(folder)
    for path in (".", "../images", "./sub/.."):
        samples = Folder(path).load(root, "train")
        assert values(samples) == [7]
        assert samples.source == str(folder)
        assert samples.checksum == Folder(str(folder)).load(root, "train").checksum


def test_the_path_may_begin_with_home(folder, root, monkeypatch):
    monkeypatch.setenv("HOME", str(folder.parent))
    put(folder / "a.png", 7)
    samples = Folder(f"~/{folder.name}").load(root, "train")
    assert values(samples) == [7]
    assert Path(samples.source).is_absolute()
