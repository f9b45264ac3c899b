"""``ganzoo data``: which datasets are here, and whether they are whole."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from .conftest import Ganzoo
from .terminal import on_terminal
from .tools import TINY, config_of, settings, write_images


def idx(path: Path, *dims: int) -> None:
    """An IDX file of zeros, which takes no room on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        header = bytes([0, 0, 8, len(dims)]) + struct.pack(f">{len(dims)}I", *dims)
        file.write(header)
        size = 1
        for dim in dims:
            size *= dim
        file.truncate(len(header) + size)


@pytest.fixture
def kmnist(tmp_path: Path) -> Path:
    """A data directory with what has the form of KMNIST, of which plain files have no checksum."""
    for split, count in (("train", 60_000), ("t10k", 10_000)):
        idx(tmp_path / "data" / "KMNIST" / "raw" / f"{split}-images-idx3-ubyte", count, 28, 28)
        idx(tmp_path / "data" / "KMNIST" / "raw" / f"{split}-labels-idx1-ubyte", count)
    return tmp_path / "data"


def is_available(ganzoo: Ganzoo, *arguments: str) -> dict[str, bool | None]:
    listed = json.loads(ganzoo("data", "list", "--json", *arguments).stdout)
    return {each["name"]: each["here"] for each in listed["datasets"]}


def test_list_says_which_datasets_are_here(ganzoo: Ganzoo, kmnist: Path) -> None:
    found = is_available(ganzoo, f"--data-dir={kmnist}")
    assert found["kmnist"] is True
    assert found["mnist"] is found["fashion-mnist"] is found["cifar10"] is False
    assert found["mnist-5k"] is True  # a package ships it
    assert found["folder"] is None
    lines = ganzoo("data", "list", f"--data-dir={kmnist}").stdout.splitlines()
    assert lines[0] == f"Data directory: {kmnist}"
    states = {line.split()[0]: line for line in lines[1:]}
    assert " here " in states["kmnist"]
    assert " not here " in states["mnist"]
    assert " needs a path " in states["folder"]


def test_list_fits_the_terminal(kmnist: Path) -> None:
    lines = on_terminal(80, "data", "list", GANZOO_DATA=str(kmnist)).splitlines()[1:]
    assert max(map(len, lines)) <= 80
    assert any(line.endswith("…") for line in lines)


def test_the_data_directory_is_the_option_else_the_variable(
    ganzoo: Ganzoo, kmnist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANZOO_DATA", str(kmnist))
    assert is_available(ganzoo)["kmnist"] is True
    assert is_available(ganzoo, "--data-dir=elsewhere")["kmnist"] is False


def test_list_makes_nothing(ganzoo: Ganzoo, tmp_path: Path) -> None:
    ganzoo("data", "list")
    assert not (tmp_path / "no-data").exists()


def test_fetch_leaves_what_is_here_as_it_is(ganzoo: Ganzoo, kmnist: Path) -> None:
    """With no network, this would fail if it tried to download anything."""
    lines = ganzoo("data", "fetch", "kmnist", f"--data-dir={kmnist}").stdout.splitlines()
    assert [line.split(",")[0] for line in lines if line.startswith("kmnist")] == [
        "kmnist train: 60000 x 1 x 28 x 28",
        "kmnist test: 10000 x 1 x 28 x 28",
    ]
    assert "  train-images-idx3-ubyte has the form of KMNIST" in lines[1]  # and no more is known


def test_verify_reads_the_dataset_it_is_given(ganzoo: Ganzoo) -> None:
    lines = ganzoo("data", "verify", "mnist-5k").stdout.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "mnist-5k train: 4500 x 1 x 28 x 28",
        "mnist-5k test: 500 x 1 x 28 x 28",
    ]


def test_verify_reads_every_dataset_that_is_here(ganzoo: Ganzoo, kmnist: Path) -> None:
    lines = ganzoo("data", "verify", f"--data-dir={kmnist}").stdout.splitlines()
    read = {line.split()[0] for line in lines}
    assert {"kmnist", "mnist-5k", "ring-8"} <= read  # the last is computed: it is always here
    assert not {"mnist", "cifar10", "stacked-mnist", "folder"} & read


def test_verify_finds_what_is_damaged(ganzoo: Ganzoo, kmnist: Path) -> None:
    idx(kmnist / "KMNIST" / "raw" / "train-labels-idx1-ubyte", 59_999)
    result = ganzoo("data", "verify", "kmnist", f"--data-dir={kmnist}", code=1)
    assert "train-labels-idx1-ubyte" in result.stderr
    assert "ganzoo data fetch kmnist" in result.stderr


def test_a_dataset_of_the_data_directory_trains(ganzoo: Ganzoo, kmnist: Path) -> None:
    ganzoo(
        *("train", "vanilla-mlp", "--dataset=kmnist", f"--data-dir={kmnist}", "--steps=1"),
        *("--out=r", *settings(**{"dataset.limit": 100, **TINY})),
    )
    data = config_of(Path("r"))["dataset"]
    assert (data["name"], data["count"], data["classes"]) == ("kmnist", 100, 10)
    assert data["source"] == str(kmnist / "KMNIST" / "raw")


@pytest.mark.parametrize("command", ["verify", "fetch"])
def test_a_folder_without_a_test_split_is_sound(
    ganzoo: Ganzoo, tmp_path: Path, command: str
) -> None:
    folder = write_images(tmp_path / "images")
    (line,) = ganzoo("data", command, f"folder:{folder}").stdout.splitlines()
    assert line.startswith(f"folder train: 20 x 1 x 8 x 8, from {folder}, ")


def test_verify_reads_every_split_of_a_folder(ganzoo: Ganzoo, tmp_path: Path) -> None:
    for split in ("train", "val", "test"):
        write_images(tmp_path / "images" / split)
    lines = ganzoo("data", "verify", f"folder:{tmp_path / 'images'}").stdout.splitlines()
    splits = [line.split(":")[0] for line in lines if line.startswith("folder")]
    assert splits == ["folder train", "folder test", "folder validation"]
    (tmp_path / "images" / "val" / "x.png").write_bytes(b"")
    error = ganzoo("data", "verify", f"folder:{tmp_path / 'images'}", code=1).stderr
    assert "x.png is not an image that can be read (empty)" in error
