"""Archives, arrays and Parquet files are read as the folder of the same images."""

from __future__ import annotations

import io
import json
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganzoo.data import archives, arrays
from ganzoo.data.folder import Folder
from ganzoo.errors import GanzooError

RNG = np.random.default_rng(0)
COLOUR = RNG.integers(0, 256, (6, 8, 12, 3), np.uint8)
GRAY = RNG.integers(0, 256, (6, 8, 12), np.uint8)
LABELS = np.array([2, 0, 1, 0, 10, 2])
NAMES = ("bee", "ant")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))


def png(pixels) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def load(path: Path, split: str = "train", **options):
    return Folder(str(path), **options).load(path, split)


@pytest.fixture
def pets(tmp_path) -> Path:
    """A folder with the splits train and test, of two classes."""
    for split, images in (("train", COLOUR[:4]), ("test", COLOUR[4:])):
        for index, pixels in enumerate(images):
            path = tmp_path / "pets" / split / NAMES[index % 2] / f"{index}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(png(pixels))
    (tmp_path / "pets" / "readme.txt").write_text("Pets")
    return tmp_path / "pets"


ARCHIVES = [("zip", ".zip"), ("tar", ".tar"), ("gztar", ".tar.gz"), ("xztar", ".tar.xz")]


@pytest.mark.parametrize("top", [True, False])
@pytest.mark.parametrize(("form", "ending"), ARCHIVES)
def test_an_archive_is_read_as_the_folder_in_it(pets, tmp_path, form, ending, top) -> None:
    """With its own folder in it, as most programs make archives, or without."""
    inside = {"root_dir": tmp_path, "base_dir": "pets"} if top else {"root_dir": pets}
    archive = Path(shutil.make_archive(str(tmp_path / "packed"), form, **inside))
    assert archive.name == f"packed{ending}"
    assert Folder(str(archive)).splits == ("train", "test")
    for split in ("train", "test"):
        wanted, found = load(pets, split, size=6), load(archive, split, size=6)
        assert torch.equal(found.x, wanted.x)
        assert torch.equal(found.y, wanted.y)
        assert (found.labels, found.checksum) == (wanted.labels, wanted.checksum)
    assert found.source == str(archive / "test")


def test_a_compressed_tar_may_be_called_tar(pets, tmp_path) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "packed"), "gztar", pets))
    assert len(load(archive.rename(tmp_path / "packed.tar"))) == 4


def test_the_files_of_macos_are_left_out(tmp_path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("pets/1.png", png(GRAY[0]))
        archive.writestr("__MACOSX/pets/._1.png", b"no image")
        archive.writestr("pets/.DS_Store", b"no image")
    assert len(load(tmp_path / "a.zip")) == 1


# -- archives that are made to do harm -----------------------------------------------------------


def test_nothing_is_written_outside(tmp_path) -> None:
    """Nor inside: archives are read in place."""
    place = tmp_path / "inner"
    place.mkdir()
    with zipfile.ZipFile(place / "a.zip", "w") as archive:
        for name in ("../1.png", "/tmp/2.png", "..\\..\\3.png", "C:\\4.png"):
            archive.writestr(name, png(GRAY[0]))
    with tarfile.open(place / "a.tar.gz", "w:gz") as archive:
        for name in ("../../1.png", "/etc/2.png"):
            info = tarfile.TarInfo(name)
            info.size = len(png(GRAY[0]))
            archive.addfile(info, io.BytesIO(png(GRAY[0])))
        link = tarfile.TarInfo("link.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    before = sorted(tmp_path.rglob("*"))
    assert len(load(place / "a.zip")) == 4
    assert len(load(place / "a.tar.gz")) == 2  # the link is left out
    assert sorted(tmp_path.rglob("*")) == before


def test_a_file_that_unpacks_to_too_much_is_refused_unread(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(archives, "LARGEST", 1000)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.png", png(GRAY[0]))
        archive.writestr("bomb.png", bytes(2000))
    with pytest.raises(GanzooError, match=r"a\.zip/bomb\.png cannot be read: it unpacks to .* MB"):
        load(tmp_path / "a.zip")


def test_an_archive_that_unpacks_to_too_much_in_all_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(archives, "LEAST_UNPACKED", 100_000)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.png", png(GRAY[0]))
        for index in range(4):
            archive.writestr(f"{index}.bmp", bytes(1_000_000))
    with pytest.raises(GanzooError, match=r"a\.zip has .* MB and its files 4 MB, .* unpack it"):
        load(tmp_path / "a.zip")


def test_a_tar_that_says_it_has_more_than_it_has_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(archives, "LEAST_UNPACKED", 100_000)
    info = tarfile.TarInfo("1.png")
    info.size = 1 << 40
    (tmp_path / "a.tar").write_bytes(info.tobuf() + bytes(10_240))
    with pytest.raises(GanzooError, match=r"a\.tar"):
        load(tmp_path / "a.tar")


def test_an_archive_of_flat_drawings_is_read(tmp_path, monkeypatch) -> None:
    """Without compression they are more than 20 times as large as the archive."""
    monkeypatch.setattr(archives, "LEAST_UNPACKED", 1000)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for index in range(4):
            buffer = io.BytesIO()
            flat = Image.new("RGB", (64, 64), (index, 0, 0))
            flat.paste(Image.fromarray(COLOUR[0]), (8, 8))
            flat.save(buffer, "BMP")
            archive.writestr(f"{index}.bmp", buffer.getvalue())
    unpacked = sum(info.file_size for info in zipfile.ZipFile(tmp_path / "a.zip").infolist())
    assert unpacked > 20 * (tmp_path / "a.zip").stat().st_size
    assert len(load(tmp_path / "a.zip")) == 4


def test_a_compressed_tar_of_too_much_is_refused(pets, tmp_path, monkeypatch) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "packed"), "gztar", pets))
    monkeypatch.setattr(archives, "HELD", 500)
    with pytest.raises(GanzooError, match=r"limit of a compressed tar: unpack it"):
        load(archive)


@pytest.mark.parametrize("ending", [".zip", ".tar", ".tgz", ".npy", ".npz"])
def test_a_damaged_file_is_refused_in_a_sentence(tmp_path, ending) -> None:
    (tmp_path / f"a{ending}").write_bytes(b"no archive" * 100)
    with pytest.raises(GanzooError, match=rf"a{ending} cannot be read as .*Check that it is whole"):
        load(tmp_path / f"a{ending}")


def test_a_damaged_image_is_named_with_its_archive(tmp_path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("cat/1.png", b"no image")
    with pytest.raises(GanzooError, match=r"a\.zip/1\.png is not an image .*no image"):
        load(tmp_path / "a.zip")


def test_a_file_of_another_kind_is_refused_with_the_kinds_that_are_read(tmp_path) -> None:
    (tmp_path / "a.rar").write_bytes(b"")
    with pytest.raises(GanzooError, match=r"a\.rar is not a folder.*\.zip, \.tar"):
        load(tmp_path / "a.rar")


# -- arrays --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (GRAY, GRAY[:, None]),
        (GRAY[..., None], GRAY[:, None]),
        (COLOUR, COLOUR.transpose(0, 3, 1, 2)),
        (COLOUR.transpose(0, 3, 1, 2), COLOUR.transpose(0, 3, 1, 2)),
        (GRAY.astype(np.float32) / 255, GRAY[:, None]),
        (GRAY.astype(np.float64) / 127.5 - 1, GRAY[:, None]),
        (GRAY.astype(np.int64), GRAY[:, None]),
        (GRAY > 127, np.where(GRAY > 127, 255, 0)[:, None]),
        (GRAY.astype(np.uint16) * 257, GRAY[:, None]),  # 16-bit gray
    ],
)
def test_an_array_of_any_common_form(tmp_path, array, expected) -> None:
    np.save(tmp_path / "a.npy", array)
    data = load(tmp_path / "a.npy")
    assert data.y is None
    np.testing.assert_array_equal(data.x.numpy(), expected)


def test_labels_of_arrays_in_other_forms(tmp_path) -> None:
    def labels(values) -> tuple[tuple[str, ...], list[int]]:
        np.savez(tmp_path / "a.npz", images=COLOUR, labels=values)
        data = Folder(str(tmp_path / "a.npz")).load(tmp_path, "train")
        assert len(data) == len(COLOUR)
        return data.labels, data.y.tolist()

    wanted = ("0", "1", "2", "10"), labels(LABELS)[1]
    assert labels(LABELS) == labels(LABELS.astype(np.float32)) == wanted
    assert labels(np.eye(3)[[2, 0, 1, 0, 2, 2]]) == (("0", "1", "2"), [0, 0, 1, 2, 2, 2])
    assert labels([".net", "a/b", "a/c", "9:16", "c", "c"])[0] == (
        *(".net", "9:16", "a-b", "a-c", "c"),
    )
    with pytest.raises(GanzooError, match=r"6 images, and labels of the shape \(5,\)"):
        labels(LABELS[:5])
    several = np.eye(3, dtype=int)[[2, 0, 1, 0, 2, 2]]
    several[0, 0] = 1  # an image with two labels has no class
    with pytest.raises(GanzooError, match=r"labels of the shape \(6, 3\)"):
        labels(several)


def test_an_array_in_the_byte_order_of_another_machine(tmp_path) -> None:
    gray = np.arange(6 * 64, dtype=np.uint16).reshape(6, 8, 8) * 100
    for kind in ("<u2", ">u2"):
        np.save(tmp_path / f"{kind[1:]}{kind[0] == '<'}.npy", gray.astype(kind))
    first, second = (Folder(str(path)).load(tmp_path, "train").x for path in tmp_path.glob("*.npy"))
    assert np.array_equal(first, second)


def test_names_in_an_archive_may_have_colons(tmp_path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for second in range(3):
            for label in ("cat", "dog"):
                archive.writestr(f"{label}/12:30:0{second}.png", png(COLOUR[second]))
        archive.writestr("C:/dog/4.png", png(COLOUR[4]))
    data = Folder(str(tmp_path / "a.zip")).load(tmp_path, "train")
    assert (len(data), data.labels) == (7, ("cat", "dog"))


def test_an_array_is_resized_and_keeps_transparency(tmp_path) -> None:
    rgba = np.concatenate([COLOUR, GRAY[..., None]], 3)
    np.save(tmp_path / "a.npy", rgba)
    data = load(tmp_path / "a.npy", channels=4)
    np.testing.assert_array_equal(data.x[:, 3].numpy(), GRAY)
    assert load(tmp_path / "a.npy", size="4x6", fit="pad").x.shape == (6, 3, 4, 6)


@pytest.mark.parametrize(
    "names",
    [
        ("train_images", "train_labels", "test_images", "test_labels"),  # MedMNIST
        ("x_train", "y_train", "x_test", "y_test"),  # Keras
    ],
)
def test_the_splits_and_labels_of_an_npz(tmp_path, names) -> None:
    labels = LABELS[:, None]  # MedMNIST's labels have a second axis
    parts = (COLOUR, labels, COLOUR[:3], labels[:3])
    np.savez(tmp_path / "a.npz", **dict(zip(names, parts, strict=True)))
    train, test = load(tmp_path / "a.npz"), load(tmp_path / "a.npz", "test")
    assert (len(train), len(test)) == (6, 3)
    assert train.labels == ("0", "1", "2", "10")
    assert sorted(train.y.tolist()) == [0, 0, 1, 2, 2, 3]
    (ten,) = train.x[train.y == 3]
    np.testing.assert_array_equal(ten.numpy(), COLOUR[4].transpose(2, 0, 1))


@pytest.mark.parametrize("names", [("images", "labels"), ("arr_0", "arr_1"), ("X", "Y")])
def test_an_npz_without_splits(tmp_path, names) -> None:
    np.savez(tmp_path / "a.npz", **dict(zip(names, (GRAY, LABELS), strict=True)))
    assert load(tmp_path / "a.npz").classes == 4


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((5, 784), np.uint8), r"the shape \(5, 784\).*\(N, H, W\)"),
        (np.zeros((5, 8, 8, 7), np.uint8), r"the shape \(5, 8, 8, 7\)"),
        (np.full((5, 8, 8), 3.5), r"type float64 from 3\.5 to 3\.5.*floats from 0 to 1"),
        (np.full((5, 8, 8), -1), "type int64 from -1 to -1"),
        (np.full((5, 8, 8), "a"), "type <U1"),
        (np.array([{}]), "Python objects"),
    ],
)
def test_an_array_of_no_images_is_refused_in_a_sentence(tmp_path, array, said) -> None:
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(GanzooError, match=said):
        load(tmp_path / "a.npy")


def test_an_npz_of_unknown_names_is_refused_with_names_that_fit(tmp_path) -> None:
    np.savez(tmp_path / "a.npz", left=GRAY, right=GRAY)
    with pytest.raises(GanzooError, match=r"left, right.*name them images and labels"):
        load(tmp_path / "a.npz")


def test_an_npz_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(arrays, "UNPACKED", 100)
    np.savez_compressed(tmp_path / "a.npz", images=GRAY)
    with pytest.raises(GanzooError, match="the limit is"):
        load(tmp_path / "a.npz")


# -- Parquet -------------------------------------------------------------------------------------


def test_without_pyarrow_the_extra_is_named(tmp_path, monkeypatch) -> None:
    for name in ("pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, name, None)
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(GanzooError, match=r"pip install 'ganzoo\[parquet\]'"):
        load(tmp_path / "a.parquet")


def write_table(path: Path, images, labels, names=()) -> None:
    """A Parquet file as the Hugging Face Hub has them."""
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = [{"bytes": png(pixels), "path": None} for pixels in images]
    columns = {"image": rows} | ({"label": labels} if labels else {})
    features = {"label": {"_type": "ClassLabel", "names": [*names]}} if names else {}
    about = json.dumps({"info": {"features": features}})
    table = pyarrow.table(columns).replace_schema_metadata({"huggingface": about})
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(table, path, row_group_size=2)


def test_a_parquet_file_with_named_labels(tmp_path) -> None:
    write_table(tmp_path / "a.parquet", COLOUR[:3], [1, 0, 1], ("cat", "a/dog"))
    data = load(tmp_path / "a.parquet")
    assert data.labels == ("a-dog", "cat")
    assert data.y.tolist() == [0, 0, 1]
    np.testing.assert_array_equal(data.x.numpy(), COLOUR[[0, 2, 1]].transpose(0, 3, 1, 2))


def test_a_dataset_of_the_hub_with_splits(tmp_path) -> None:
    for split, rows in (("train-00000-of-00002", 4), ("train-00001-of-00002", 2), ("test", 3)):
        write_table(tmp_path / "hub" / "data" / f"{split}.parquet", COLOUR[:rows], None)
    assert Folder(str(tmp_path / "hub")).splits == ("train", "test")
    assert (len(load(tmp_path / "hub")), len(load(tmp_path / "hub", "test"))) == (6, 3)


def test_a_parquet_file_without_images_is_refused(tmp_path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pyarrow.table({"text": ["a"]}), tmp_path / "a.parquet")
    with pytest.raises(GanzooError, match=r"no column of images.*Its columns are text"):
        load(tmp_path / "a.parquet")
