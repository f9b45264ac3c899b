"""``ganzoo translate``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .conftest import Ganzoo, ganzoo_command
from .tools import write_images


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cyclegan of two steps from one folder of images of 8 x 8 to another one."""
    folder = tmp_path_factory.mktemp("translated")
    for name in ("a", "b"):
        write_images(folder / name)
    networks = ("generator", "networks.inverse")
    ganzoo_command(
        *("train", "cyclegan", "--dataset=domains", "--steps=2", "--set=batch_size=2"),
        *(
            f"--set=dataset.{name}=folder:{folder / at}"
            for name, at in (("source", "a"), ("target", "b"))
        ),
        *(
            f"--set={network}.{option}"
            for network in networks
            for option in ("width=2", "blocks=1")
        ),
        *("--set=discriminator.width=2", "--set=networks.source_discriminator.width=2"),
        *("--device=cpu", f"--out={folder / 'run'}"),
    )
    return folder / "run"


def test_images_are_drawn_beside_their_translations(ganzoo: Ganzoo, run: Path) -> None:
    image = run.parent / "a" / "L-8-00.png"
    told = json.loads(ganzoo("translate", run, image, "--json", "--out=one.png").stdout)
    assert told == {"path": "one.png", "direction": "forward", "images": [image.name]}
    picture = np.asarray(Image.open("one.png"))
    at = np.argwhere(picture == np.asarray(Image.open(image))[0, 0])  # the image is in the picture
    assert any(
        np.array_equal(picture[row : row + 8, column : column + 8], np.asarray(Image.open(image)))
        for row, column in at
    )


def test_the_images_of_the_data_are_translated_both_ways(ganzoo: Ganzoo, run: Path) -> None:
    translated = []
    for way in ("forward", "backward"):
        ganzoo("translate", run, "-n3", f"--direction={way}", f"--out={way}.npy")
        translated.append(np.load(f"{way}.npy"))
    assert {each.shape for each in translated} == {(3, 1, 8, 8)}
    assert not np.array_equal(*translated)


def test_an_unknown_direction_and_the_standard_output_are_refused(
    ganzoo: Ganzoo, run: Path
) -> None:
    assert "There is no direction 'up'" in ganzoo("translate", run, "--direction=up", code=2).output
    assert "stands for the standard output" in ganzoo("translate", run, "--out=-", code=2).output
