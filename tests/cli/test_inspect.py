"""``ganzoo data inspect``: what is in a folder of images, and what fits it."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from PIL import Image

RNG = np.random.default_rng(0)


def put(path, shape=(18, 24, 3), dtype=np.uint8, most=256) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(RNG.integers(0, most, shape).astype(dtype)).save(path)


@pytest.fixture
def shapes(tmp_path, monkeypatch):
    """A folder of images of one size in two classes."""
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))
    for index in range(6):
        put(tmp_path / "shapes" / ("circle", "square")[index % 2] / f"{index}.png")
    return tmp_path / "shapes"


def inspected(ganzoo, path, *options) -> dict:
    arguments = ("data", "inspect", f"folder:{path}", "--recipe", "none", "--json", *options)
    return json.loads(ganzoo(*arguments).stdout)


def test_a_folder_of_one_size(ganzoo, shapes) -> None:
    found = inspected(ganzoo, shapes)
    assert (found["count"], found["splits"]) == (6, {"train": 6})
    assert found["classes"] == {"circle": 3, "square": 3}
    assert (found["sizes"], found["modes"]) == ({"18x24": 6}, {"colour": 6})
    assert found["fits"] == [{"size": "18x24", "whole": True, "bytes": 6 * 3 * 18 * 24}]
    assert not any(found[key] for key in ("copies", "unreadable", "remarks", "settings"))


def test_faults_are_found(ganzoo, shapes) -> None:
    shutil.copy(shapes / "circle" / "0.png", shapes / "square" / "again.png")
    (shapes / "circle" / "cut.png").write_bytes((shapes / "circle" / "0.png").read_bytes()[:60])
    (shapes / "circle" / "notes.txt").write_text("")
    put(shapes / "square" / "gray.png", (40, 50))
    found = inspected(ganzoo, shapes)
    assert found["count"] == 8
    assert found["copies"] == [["circle/0.png", "square/again.png"]]
    assert found["unreadable"] == {"circle/cut.png": "cut short"}
    assert found["sizes"] == {"18x24": 7, "40x50": 1}
    assert found["modes"] == {"colour": 7, "gray": 1}
    assert found["settings"] == ["dataset.channels=3"]
    assert "circle/notes.txt" in found["remarks"][0]
    assert not any(size["whole"] for size in found["fits"])


def test_the_depth_of_16_bit_images_is_told(ganzoo, tmp_path) -> None:
    (tmp_path / "scans").mkdir()
    for index in range(3):
        put(tmp_path / "scans" / f"{index}.png", shape=(18, 24), dtype=np.uint16, most=65536)
    told = ganzoo("data", "inspect", tmp_path / "scans", "--recipe=none").stdout
    assert "--set dataset.depth=16 keeps the 16 bits of gray images" in told


def test_copies_in_two_splits_are_found(ganzoo, tmp_path) -> None:
    put(tmp_path / "two" / "train" / "1.png")
    (tmp_path / "two" / "test").mkdir()
    shutil.copy(tmp_path / "two" / "train" / "1.png", tmp_path / "two" / "test" / "2.png")
    found = inspected(ganzoo, tmp_path / "two")
    assert found["splits"] == {"train": 1, "test": 1}
    assert found["copies"] == [["train/1.png", "test/2.png"]]


@pytest.mark.parametrize(
    ("shape", "dtype", "most", "mode", "setting"),
    [
        ((40, 40, 4), np.uint8, 256, "colour with transparency", "dataset.channels=4"),
        ((40, 40), np.uint16, 4096, "16-bit gray", "dataset.bits=12"),
    ],
)
def test_settings_that_the_images_need(ganzoo, tmp_path, shape, dtype, most, mode, setting) -> None:
    put(tmp_path / "a" / "1.png", shape, dtype, most)
    found = inspected(ganzoo, tmp_path / "a")
    assert found["modes"] == {mode: 1}
    assert found["settings"] == [setting]


@pytest.mark.parametrize(
    ("shape", "sizes"),
    [
        ((300, 400), ["24x32", "48x64", "96x128", "192x256"]),
        ((400, 300), ["32x24", "64x48", "128x96", "256x192"]),
        ((96, 96), ["32", "64", "96"]),
        ((10, 10), ["10"]),
        ((4, 400), []),  # too narrow for convolutional networks
    ],
)
def test_sizes_that_fit_have_the_shape_of_the_images(ganzoo, tmp_path, shape, sizes) -> None:
    put(tmp_path / "a" / "1.png", shape)
    assert [each["size"] for each in inspected(ganzoo, tmp_path / "a")["fits"]] == sizes


def test_the_contact_sheet_shows_the_images(ganzoo, shapes, tmp_path) -> None:
    sheet = tmp_path / "sheet.png"
    assert inspected(ganzoo, shapes, "--out", str(sheet))["sheet"] == str(sheet)
    with Image.open(sheet) as image:
        assert (image.width, image.height) == (3 * 98 + 2, 2 * 98 + 2)  # 6 of 96 pixels, gaps of 2


def test_the_text_fits_into_80_columns(ganzoo, shapes, tmp_path) -> None:
    put(shapes / "circle" / f"{'long-' * 30}.png", (30, 10, 4))
    (shapes / "circle" / "cut.png").write_bytes(b"")
    archive = shutil.make_archive(str(tmp_path / "shapes"), "zip", shapes)
    lines = ganzoo("data", "inspect", archive, "--recipe", "none").stdout.splitlines()
    assert lines[0] == "shapes.zip: 7 images"
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    assert "Classes     2: circle: 4, square: 3" in text
    assert "circle/cut.png (empty)" in text


def test_memory_and_time_are_estimated_at_a_size_that_fits(ganzoo, shapes) -> None:
    small = [f"--set={network}.width=2" for network in ("generator", "discriminator")]
    result = ganzoo("data", "inspect", f"folder:{shapes}", "--json", "--set=batch_size=2", *small)
    estimate = json.loads(result.stdout)["estimate"]
    assert (estimate["recipe"], estimate["shape"]) == ("dcgan", [3, 18, 24])
    assert estimate["memory"] > 0
    assert estimate["seconds"] > 0


def test_mistakes_are_told_in_a_sentence(ganzoo, shapes, tmp_path) -> None:
    for code, arguments, said in (
        (1, (f"{tmp_path}/missing",), "does not exist"),
        (2, (shapes, "--recipe", "dcgn"), "Did you mean 'dcgan'"),
        (1, (shapes, "--recipe=none", f"--out={tmp_path}/no/sheet.png"), "cannot be written"),
    ):
        assert said in ganzoo("data", "inspect", *arguments, code=code).stderr
    (shapes / "circle" / "cut.png").write_bytes(b"")
    text = " ".join(ganzoo("data", "inspect", str(shapes)).stdout.split())
    assert "none for dcgan" in text
    assert "Repair or remove it" in text
