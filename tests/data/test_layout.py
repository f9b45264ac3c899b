"""Which subfolders are splits and which are classes; and that what is left out is told."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganzoo.data.folder import Folder
from ganzoo.errors import GanzooError, UsageError
from ganzoo.types import Data


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    (tmp_path / "pets").mkdir()
    return tmp_path / "pets"


def put(folder: Path, *names: str) -> None:
    """Images of one value, each of its own: 1, 2, 3 in the order of the names."""
    for value, name in enumerate(names, 1):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((4, 4), value, np.uint8)).save(path)


def load(folder: Path, split: str = "train", **options: object) -> Data:
    return Folder(str(folder), **options).load(folder / "no-data", split)


def values(samples: Data) -> list[int]:
    return samples.x[:, 0, 0, 0].tolist()


def warned(folder: Path, split: str = "train", **options: object) -> list[str]:
    """The warnings, each of which is a note too."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        notes = load(folder, split, **options).notes
    told = [str(warning.message) for warning in caught]
    assert set(told) <= set(notes)
    return told


@pytest.mark.parametrize("held_out", ["val", "valid", "validation", "dev", "Val", "VALID"])
def test_a_validation_split_is_no_class_and_is_not_trained_on(pets: Path, held_out: str) -> None:
    put(pets, "train/cat/1.png", "train/dog/2.png", f"{held_out}/dog/3.png")
    assert warned(pets) == warned(pets, "validation") == []
    train = load(pets)
    assert (values(train), train.labels) == ([1, 2], ("cat", "dog"))
    assert train.notes == (f"The splits are the folders train (2 images), {held_out} (1 images).",)
    assert Folder(str(pets)).splits == ("train", "validation")
    validation = load(pets, "validation")
    assert (values(validation), validation.y.tolist()) == ([3], [1])
    assert validation.notes[1:] == ("No image was found in the folder cat.",)
    with pytest.raises(UsageError, match="has no test split"):
        load(pets, "test")


@pytest.mark.parametrize(
    ("train", "test"), [("Train", "Test"), ("TRAIN", "test"), ("training", "testing")]
)
def test_the_names_of_splits_in_any_letters(pets: Path, train: str, test: str) -> None:
    put(pets, f"{train}/cat/1.png", f"{train}/dog/2.png", f"{test}/cat/3.png")
    assert (values(load(pets)), load(pets).labels) == ([1, 2], ("cat", "dog"))
    assert values(load(pets, "test")) == [3]
    assert Folder(str(pets)).splits == ("train", "test")


def test_three_splits(pets: Path) -> None:
    put(pets, "train/1.png", "val/2.png", "test/3.png")
    splits = Folder(str(pets)).splits
    assert [values(load(pets, split)) for split in splits] == [[1], [3], [2]]


def test_a_train_folder_alone_is_the_split(pets: Path) -> None:
    put(pets, "train/cat/1.png", "train/dog/2.png")
    assert load(pets).labels == ("cat", "dog")
    assert Folder(str(pets)).splits == ("train",)


def test_an_empty_split_does_not_keep_from_training(pets: Path) -> None:
    put(pets, "train/cat/1.png", "train/dog/2.png")
    (pets / "val").mkdir()
    assert values(load(pets)) == [1, 2]
    with pytest.raises(GanzooError, match="it is empty"):
        load(pets, "validation")


@pytest.mark.parametrize("name", ["val", "dev", "Test", "validation"])
def test_a_held_out_split_without_a_training_split_is_refused(pets: Path, name: str) -> None:
    put(pets, "cat/1.png", "dog/2.png", f"{name}/3.png")
    with pytest.raises(UsageError, match=f"'{name}', which is the usual name of a split") as caught:
        load(pets)
    assert "rename it" in str(caught.value)


def test_two_folders_for_one_split_are_refused(pets: Path) -> None:
    put(pets, "train/1.png", "training/2.png", "test/3.png")
    with pytest.raises(UsageError, match="two folders for the split train: train and training"):
        load(pets)


def test_what_lies_beside_the_splits_is_told(pets: Path) -> None:
    put(pets, "train/1.png", "test/2.png", "unlabelled/3.png")
    assert warned(pets) == [
        "Left out, because it lies beside the splits (train, test): unlabelled."
    ]
    (pets / "unlabelled").rename(pets / ".unlabelled")
    (pets / "README.md").write_text("")
    assert warned(pets) == []
    assert "README.md" in load(pets).notes[1]


def test_a_class_called_train_is_doubtful(pets: Path) -> None:
    put(pets, "train/1.png", "bus/2.png")
    (told,) = warned(pets)
    assert "The folder 'train' is read as a class, like 'bus'" in told


def test_names_of_splits_below_the_first_folders_are_told(pets: Path) -> None:
    put(pets, "cat/train/1.png", "cat/val/2.png", "dog/train/3.png")
    (told,) = warned(pets)
    assert told.startswith("The images in folders named val are read like all others")


def test_folders_that_are_numbers_are_in_the_order_of_the_numbers(pets: Path) -> None:
    put(pets, *(f"{number}/{number}.png" for number in (0, 1, 2, 10, 11, 100)))
    samples = load(pets)
    assert samples.labels == ("0", "1", "2", "10", "11", "100")
    names = [samples.labels[y] for y in samples.y]
    assert dict(zip(values(samples), names, strict=True)) == {
        1: "0", 2: "1", 3: "2", 4: "10", 5: "11", 6: "100"
    }  # fmt: skip
    put(pets, "x/7.png")
    assert load(pets).labels == ("0", "1", "10", "100", "11", "2", "x")


@pytest.mark.parametrize(
    "name", ["x.jfif", "x.jpe", "x.ppm", "x.pgm", "x.tga", "x.jp2", "x.avif", "x.apng", "x.PCX"]
)
def test_what_the_installed_library_reads_is_read(pets: Path, name: str) -> None:
    end = Path(name).suffix.lower()
    form = Image.registered_extensions().get(end)
    if form not in Image.SAVE or form not in Image.OPEN:
        pytest.skip(f"this Pillow does not know {end}")
    put(pets, "a/1.png", "c/3.png")
    (pets / "b").mkdir()
    Image.new("L", (4, 4), 50).save(pets / "b" / name, form)
    assert load(pets, channels=1).labels == ("a", "b", "c")
    assert warned(pets, channels=1) == []


def test_what_is_passed_over_is_counted(pets: Path) -> None:
    put(pets, "a/1.png", "c/3.png")
    for name in ("b/1.heic", "b/2.heic", "a/noend"):
        (pets / name).parent.mkdir(exist_ok=True)
        (pets / name).write_bytes(b"?")
    told = warned(pets)
    assert "a/noend, b/1.heic, b/2.heic (2 .heic, 1 no suffix)" in told[0]
    assert told[1] == "No image was found in the folder b."
    assert load(pets).labels == ("a", "c")


def test_what_often_lies_beside_images_is_noted_without_a_warning(pets: Path) -> None:
    put(pets, "a/1.png", "c/3.png")
    (pets / "labels.csv").write_text("")
    assert warned(pets) == []
    assert load(pets).notes == (
        "Left out, because they are not images of a known format: labels.csv (1 .csv).",
    )


def test_labels_that_are_lost_are_told_with_the_image(pets: Path) -> None:
    put(pets, "cat/1.png", "dog/2.png", "preview.png")
    (told,) = warned(pets)
    assert "The labels of the folders cat, dog are not used" in told
    assert "preview.png lies in none of them" in told
    assert warned(pets, labels=False) == []


def test_many_are_counted_and_a_few_named(pets: Path) -> None:
    put(pets, "cat/1.png", "dog/2.png", *(f"{n}.png" for n in range(9)))
    assert "because 0.png, 1.png, 2.png and 6 more lie in none" in warned(pets)[0]


def test_two_links_to_one_folder_are_two_classes(pets: Path, tmp_path: Path) -> None:
    put(tmp_path / "elsewhere", "1.png")
    for name in ("cat", "dog"):
        (pets / name).symlink_to(tmp_path / "elsewhere")
    samples = load(pets)
    assert (samples.labels, samples.y.tolist()) == (("cat", "dog"), [0, 1])
    assert "The classes cat and dog are one folder" in warned(pets)[0]


def test_a_link_that_is_not_followed_is_told(pets: Path) -> None:
    put(pets, "cat/1.png", "dog/2.png")
    (pets / "cat" / "up").symlink_to(pets)
    assert "folders that are read already: cat/up." in warned(pets)[0]


def test_further_pages_are_told(pets: Path) -> None:
    pages = [Image.new("L", (4, 4), value) for value in (10, 20)]
    pages[0].save(pets / "scan.tif", save_all=True, append_images=pages[1:])
    Image.new("L", (4, 4)).save(pets / "one.tif")
    assert warned(pets) == ["Of 1 files with several frames or pages, only the first is read."]


def deep(folder: Path, *tops: int) -> None:
    for index, top in enumerate(tops):
        values = np.array([[0, top]], np.uint16)
        Image.fromarray(values).save(folder / f"{index}.png")


@pytest.mark.parametrize("limit", [0, 1 << 30], ids=["in a file", "in memory"])
def test_dark_16_bit_images_are_told_and_mended_by_bits(
    pets: Path, monkeypatch: pytest.MonkeyPatch, limit: int, tmp_path: Path
) -> None:
    monkeypatch.setattr("ganzoo.data.decoded.RESIDENT_LIMIT", limit)
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))
    deep(pets, 4095, 2048)
    for _ in range(2):  # the second time from the file
        (told,) = warned(pets)
        assert "brighter than 4095 of 65535" in told
        assert "--set dataset.bits=12" in told
    assert warned(pets, bits=12) == []
    # One scale for all: what was half as bright is half as bright.
    assert load(pets, bits=12).x[:, 0, 0, 1].tolist() == [255, 128]
    assert "--set dataset.bits=12" in warned(pets, bits=8)[0]


def test_16_bit_images_that_use_their_bits_are_not_told(pets: Path) -> None:
    deep(pets, 100, 40_000)
    assert warned(pets) == []


def test_bits_that_change_nothing_are_told(pets: Path) -> None:
    put(pets, "1.png")
    assert "bits=12 changes nothing" in warned(pets, bits=12)[0]
    for wrong in (0, 17):
        with pytest.raises(UsageError, match=f"bits={wrong} is not a number of bits"):
            Folder("x", bits=wrong)


def test_a_large_image_is_not_called_an_attack(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pillow warns from half the number of pixels on at which it refuses."""
    put(pets, "1.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    assert warned(pets) == []


def test_labels_that_another_split_takes_away_are_told(pets: Path) -> None:
    put(pets, "train/cat/1.png", "train/dog/2.png", "test/3.png")
    (told,) = warned(pets)
    assert "labels of the split 'train' are not used" in told
    assert "3.png of the split 'test' lies in no folder of a class" in told
