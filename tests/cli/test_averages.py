"""``--average`` and ``--weights`` in the commands that draw from a run."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np
import pytest

import ganzoo as library

from .conftest import Ganzoo, ganzoo_command
from .tools import tiny


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory, images: Path) -> Path:
    """A run that keeps two averages of its weights, which differ much."""
    path = tmp_path_factory.mktemp("several") / "run"
    averages = ("--set=ema=[0.1,0.999]", "--set=ema_ramp=0.001")
    ganzoo_command(*tiny(images, steps=10, out=path), *averages)
    return path


@pytest.fixture
def image(images: Path) -> Path:
    return sorted(images.iterdir())[0]


@pytest.mark.parametrize("average", ["0.999", "2"])
def test_project_searches_the_samples_of_the_average(
    ganzoo: Ganzoo, several: Path, image: Path, average: str
) -> None:
    chosen = ("--average", average)
    fast = ("--steps=2", "--restarts=1")
    said = ganzoo("project", several, image, *fast, *chosen).stdout.splitlines()
    assert Path(said[0]).name == f"project-average{average}-{image.stem}-seed0.png"
    ganzoo(*shlex.split(said[-1])[1:], "--out=drawn.npy")  # the command that draws it again
    z = np.load(said[1])
    expected = library.load(several, average=float(average)).sample(z=z).numpy()
    assert np.array_equal(np.load("drawn.npy"), expected)
    assert not np.allclose(library.load(several).sample(z=z).numpy(), expected, atol=1e-3)


def test_directions_are_those_of_the_average(ganzoo: Ganzoo, several: Path) -> None:
    ganzoo("directions", several, "-n2", "--average=0.999", "--out=d")
    expected = library.load(several, average=0.999).directions(2).vectors.numpy()
    assert np.allclose(np.load("d/directions.npy"), expected, atol=1e-6)


@pytest.mark.parametrize("chosen", ["--average=2", "--weights=raw"])
def test_nearest_draws_from_the_chosen_weights(ganzoo: Ganzoo, several: Path, chosen: str) -> None:
    def distance(*options: str) -> float:
        said = ganzoo("nearest", several, "-n4", *options, "--out=a.png", "--json").stdout
        return json.loads(said)["mean_distance"]

    assert distance(chosen) != distance()
    said = ganzoo("nearest", several, "-n4", chosen).stdout.splitlines()
    assert Path(said[0]).name in ("nearest-average2-seed0.png", "nearest-raw-seed0.png")


@pytest.mark.parametrize("command", ["sample", "interpolate"])
def test_a_picture_is_named_by_its_average(ganzoo: Ganzoo, several: Path, command: str) -> None:
    path = Path(ganzoo(command, several, "--average=0.999").stdout.strip())
    assert path.name == f"{command}-average0.999-seed0.png"


@pytest.mark.parametrize("command", ["project", "directions", "nearest", "interpolate", "export"])
def test_an_average_that_there_is_not_is_told(
    ganzoo: Ganzoo, several: Path, image: Path, command: str
) -> None:
    words = {"project": [image], "export": ["--format=torchscript"]}.get(command, [])
    said = ganzoo(command, several, *words, "--average=0.99", code=2).stderr
    assert "has no average 0.99. Give the decay or the number of one" in said
    assert "1 (0.1), 2 (0.999)" in said
