"""``ganzoo project`` and ``ganzoo directions``: their files, and the lines about them."""

from __future__ import annotations

import functools
import json
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import ganzoo as library
from ganzoo.evaluation import classifier

from .conftest import Ganzoo
from .tools import snapshot, tiny, write_images

FAST = ("--steps=5", "--restarts=2")


def test_project_writes_a_picture_and_z(ganzoo: Ganzoo, run: Path, images: Path) -> None:
    before = snapshot(run)
    one = sorted(images.iterdir())[0]
    said = ganzoo("project", run, one, *FAST).stdout.splitlines()
    picture, array = run / f"project-{one.stem}-seed0.png", run / f"project-{one.stem}-seed0.npy"
    assert said[:2] == [str(picture), str(array)]
    assert Image.open(picture).size == (8 + 1 + 8 + 4 + 4, 8 + 4 + 4)  # a pair, with gaps
    again = shlex.split(said[-1])
    assert again[:3] == ["ganzoo", "sample", str(run)]
    ganzoo(*again[1:], "--out=drawn.npy")
    z = np.load(array)
    assert z.shape == (1, library.load(run).game.prior.dim)
    drawn = np.load("drawn.npy")
    assert drawn.shape == (1, 1, 8, 8)
    pixels = np.asarray(Image.open(one)) / 255
    rms = float(np.sqrt(np.square((drawn[0, 0] + 1) / 2 - pixels).mean()))
    assert f"{rms:.4f}" in said[3]
    picture.unlink()
    array.unlink()
    assert snapshot(run) == before


def test_a_folder_is_projected_the_same_every_time(ganzoo: Ganzoo, run: Path, images: Path) -> None:
    plain = [
        json.loads(ganzoo("project", run, images, *FAST, f"--out={n}.png", "--json").stdout)
        for n in ("a", "b")
    ]
    assert plain[0]["images"] == plain[1]["images"]
    assert [each["image"] for each in plain[0]["images"]] == sorted(
        p.name for p in images.iterdir()
    )
    assert plain[0]["compared"] == "pixels"
    for suffix in (".png", ".npy"):
        assert Path(f"a{suffix}").read_bytes() == Path(f"b{suffix}").read_bytes()


def test_images_of_another_size_and_mode(ganzoo: Ganzoo, run: Path, tmp_path: Path) -> None:
    write_images(tmp_path / "colour", count=2, side=21, mode="RGBA")
    archive = shutil.make_archive("colour", "zip", tmp_path / "colour")
    said = ganzoo("project", run, archive, *FAST, "--out=z.npy", "-q").stdout
    assert said == "z.npy\n"
    assert len(np.load("z.npy")) == 2
    assert not Path("z.png").exists()


def test_the_label_is_named(ganzoo: Ganzoo, tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        write_images(tmp_path / "pets" / name, count=4)
    ganzoo(*tiny(tmp_path / "pets", game="concatenated-labels", steps=1, out="r"))
    image = sorted((tmp_path / "pets" / "dog").iterdir())[0]
    said = json.loads(ganzoo("project", "r", image, *FAST, "--label=dog", "--json").stdout)
    assert said["path"].startswith("r/project-label1-")
    assert said["images"][0]["label"] == "dog"
    found = json.loads(ganzoo("project", "r", image, *FAST, "--json").stdout)
    assert found["images"][0]["label"] in ("cat", "dog")
    assert "Did you mean 'dog'" in ganzoo("project", "r", image, "--label=dgo", code=2).stderr
    assert "--label" in ganzoo("project", "r", image, *FAST).stdout.splitlines()[-1]


def test_points_are_projected(ganzoo: Ganzoo) -> None:
    small = [f"--set={player}.hidden=[8]" for player in ("generator", "discriminator")]
    ganzoo("train", "mixture", *small, "--steps=1", "--device=cpu", "--out=r")
    np.save("points.npy", np.zeros((3, 2), np.float32))
    said = ganzoo("project", "r", "points.npy", *FAST).stdout.splitlines()
    assert Image.open(said[0]).size == (600, 600)
    assert np.load(said[1]).shape[0] == 3
    error = ganzoo("project", "r", "r/config.json", code=2).stderr
    assert "are read from files NAME.npy" in error


def test_the_classifier_of_the_data(ganzoo: Ganzoo, tmp_path: Path, monkeypatch) -> None:
    short = functools.partial(classifier.fit, steps=2)
    monkeypatch.setattr("ganzoo.evaluation.classifier_cache.fit", short)
    for name in ("cat", "dog"):
        write_images(tmp_path / "pets" / name, count=4, side=16)
    ganzoo(*tiny(tmp_path / "pets", steps=1, out="r"))
    image = sorted((tmp_path / "pets" / "dog").iterdir())[0]

    def compared(*options: str) -> str:
        said = ganzoo("project", "r", image, *FAST, "--json", *options).stdout
        return json.loads(said)["compared"]

    assert compared() == "pixels"  # no evaluation has trained one
    assert compared("--features=classifier") == "pixels and features of the classifier"
    assert compared() == "pixels and features of the classifier"
    assert compared("--features=none") == "pixels"
    shutil.rmtree(tmp_path / "pets" / "cat")
    assert compared() == "pixels"  # of other data


def test_directions_writes_pictures_and_an_array(ganzoo: Ganzoo, run: Path) -> None:
    said = ganzoo("directions", run, "-n3", "--rows=2", "--columns=5").stdout.splitlines()
    folder = run / "directions-seed0"
    assert said[0] == str(folder)
    assert [path.name for path in sorted(folder.iterdir())] == [
        "direction-1.png",
        "direction-2.png",
        "direction-3.png",
        "directions.npy",
    ]
    assert Image.open(folder / "direction-1.png").size == (52, 22)  # 5 x 2
    vectors = np.load(folder / "directions.npy")
    assert np.allclose(vectors @ vectors.T, np.eye(3), atol=1e-5)
    plain = json.loads(ganzoo("directions", run, "-n3", "--json").stdout)
    assert len(plain["pictures"]) == len(plain["strengths"]) == 3


def test_a_direction_for_sample_and_interpolate(ganzoo: Ganzoo, run: Path) -> None:
    ganzoo("directions", run, "-n2", "--out=d", "-q")
    ganzoo("sample", run, "-n2", "--direction=d/directions.npy:2", "--by=3", "--out=moved.npy")
    ganzoo("interpolate", run, "--rows=2", "--columns=3", "--direction=d/directions.npy:2",
           "--out=way.npy")  # fmt: skip
    way = np.load("way.npy").reshape(2, 3, 1, 8, 8)
    assert np.allclose(way[:, 2], np.load("moved.npy"), atol=1e-5)
    name = Path(ganzoo("sample", run, "--direction=d/directions.npy", "-q").stdout.strip()).name
    assert name == "sample-directions.npy-seed0.png"
    assert "--by goes with --direction" in ganzoo("sample", run, "--by=2", code=2).stderr
    said = ganzoo("sample", run, "--direction=d/directions.npy:3", code=1).stderr
    assert "has no direction 3" in said


@pytest.mark.parametrize("command", ["project", "directions"])
def test_the_generators_file_alone_is_enough(
    ganzoo: Ganzoo, trained: Path, images: Path, command: str
) -> None:
    shutil.copy(trained / "generator.safetensors", "shared.safetensors")
    words = [sorted(images.iterdir())[0], *FAST] if command == "project" else ["-n1"]
    made = Path(ganzoo(command, "shared.safetensors", *words, "-q").stdout.split()[0])
    assert made.exists()
    assert made.parent == Path()
