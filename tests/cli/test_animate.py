"""``ganzoo animate`` and ``ganzoo nearest``."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import ganzoo as library
from ganzoo.run.grid import to_bytes

from .conftest import Ganzoo
from .tools import snapshot, tiny, write_images


def test_animate_shows_the_samples_of_the_run(ganzoo: Ganzoo, run: Path) -> None:
    before = snapshot(run)
    path = Path(ganzoo("animate", run).stdout.strip())
    assert path == run / "animation.gif"
    pictures = sorted((run / "samples").iterdir())
    with Image.open(path) as image:
        assert image.n_frames == len(pictures) > 1
        for index, picture in enumerate(pictures):
            image.seek(index)
            with Image.open(picture) as other:
                assert np.array_equal(image.convert("L"), other)
        assert image.info["duration"] == 2000
    path.unlink()
    assert snapshot(run) == before


def test_animate_takes_a_file_and_times(ganzoo: Ganzoo, run: Path) -> None:
    arguments = ("--fps=4", "--last-seconds=1", "--out=a.webp")
    assert ganzoo("animate", run, *arguments).stdout == "a.webp\n"
    with Image.open("a.webp") as image:
        image.load()
        assert (image.format, image.info["duration"]) == ("WEBP", 250)


@pytest.mark.parametrize(
    ("arguments", "code", "fix"),
    [
        ("animate RUN --fps=0", 2, "must be from 0.01 to 50, not 0"),
        ("animate RUN --fps=x", 2, "is not a valid float"),
        ("animate RUN --out=a.avi", 1, "written as .gif, as .webp or as .mp4"),
        ("animate RUN --out=missing/a.gif", 1, "Choose another place with --out."),
        ("animate missing", 1, "There is no run folder"),
        ("nearest RUN -n 0", 2, "It must be at least 1, not 0."),
        ("nearest RUN --label=0", 2, "draws without labels"),
        ("nearest RUN --out=a.gif", 1, "written as .png, .jpg, .jpeg, .webp"),
        ("nearest RUN --out=missing/a.png", 1, "Choose another place with --out."),
        ("nearest missing", 1, "There is no run folder"),
    ],
)
def test_a_mistake_is_told(
    ganzoo: Ganzoo, trained: Path, arguments: str, code: int, fix: str
) -> None:
    before = snapshot(trained)
    words = [str(trained) if word == "RUN" else word for word in arguments.split()]
    result = ganzoo(*words, code=code)
    assert fix in result.stderr.splitlines()[-1]
    assert result.stdout == ""
    assert snapshot(trained) == before
    assert not [*Path().iterdir()]


def test_a_run_with_one_picture(ganzoo: Ganzoo, run: Path) -> None:
    for picture in sorted((run / "samples").iterdir())[1:]:
        picture.unlink()
    assert "takes two pictures at least" in ganzoo("animate", run, code=1).stderr


def test_nearest_draws_samples_beside_training_images(
    ganzoo: Ganzoo, run: Path, images: Path
) -> None:
    before = snapshot(run)
    place, told, advice = ganzoo("nearest", run, "-n6", "--seed=3").stdout.splitlines()
    path = Path(place)
    assert path == run / "nearest-seed3.png"
    drawn = np.asarray(Image.open(path))
    assert drawn.shape == (2 * 12 + 4, 5 * 21 + 4)  # five pairs a row, of 8 + 1 + 8 with gaps of 4
    trained = library.load(run)
    samples = to_bytes(trained.sample(6, seed=3), trained.spec)[:, 0]
    training = torch.stack(
        [torch.tensor(np.asarray(Image.open(file))) for file in sorted(images.iterdir())]
    )
    gaps = (samples.double()[:, None] - training.double()[None]).square().sum((2, 3)).sqrt() / 255
    least = gaps.min(1)
    for index in range(6):
        top, left = 4 + 12 * (index // 5), 4 + 21 * (index % 5)
        cells = torch.tensor(drawn[top : top + 8, left : left + 17])
        assert torch.equal(cells[:, :8], samples[index])
        assert torch.equal(cells[:, 9:], training[least.indices[index]])
    mean = least.values.mean().item()
    assert told == f"mean distance to the nearest of 20 training images: {mean:.4g}"
    assert "'nearest' needs 100 of them or more, and the data has none." in advice
    path.unlink()
    assert snapshot(run) == before


MISSING = "the data has 1, in the split 'test'. In a folder of images,"
NEAREST = "ganzoo evaluate r --metric nearest"


@pytest.mark.parametrize(
    ("held_out", "chosen", "last"),
    [
        ({"test": 100, "val": 1}, "--weights=raw", f"  {NEAREST} --weights raw"),
        ({"val": 100}, "--average=2", f"  {NEAREST} --average 2 --split validation"),
        ({"test": 1}, "--weights=raw", f"{MISSING} add 99 or more"),
    ],
)
def test_nearest_is_compared_with_held_out_images(
    ganzoo: Ganzoo, tmp_path: Path, held_out: dict[str, int], chosen: str, last: str
) -> None:
    for split, count in {"train": 4, **held_out}.items():
        write_images(tmp_path / "split" / split, count=count)
    ganzoo(*tiny(tmp_path / "split", steps=1, out="r"), "--set=ema=[0.1,0.9]")
    printed = ganzoo("nearest", "r", chosen).stdout.splitlines()[-1]
    assert last in printed
    if printed.startswith("  ganzoo"):
        ganzoo(*printed.split()[1:], "-n100", "--repeats=1")


def test_held_out_images_can_be_added_to_the_data_of_a_run(ganzoo: Ganzoo, tmp_path: Path) -> None:
    images = write_images(tmp_path / "images", count=4)
    ganzoo(*tiny(images, steps=1, out="r"))
    moved = images.rename(tmp_path / "train")
    images.mkdir()
    moved.rename(images / "train")
    write_images(images / "test", count=100)
    assert "ganzoo evaluate r --metric nearest" in ganzoo("nearest", "r").stdout


def test_nearest_in_colour(ganzoo: Ganzoo, tmp_path: Path) -> None:
    ganzoo(*tiny(write_images(tmp_path / "colour", mode="RGB"), steps=1, out="r"))
    ganzoo("nearest", "r", "-n2", "--out=some.png")
    with Image.open("some.png") as image:
        assert (image.mode, image.size) == ("RGB", (2 * 21 + 4, 16))


def test_nearest_knows_other_data(ganzoo: Ganzoo, tmp_path: Path) -> None:
    """Images that were not trained on would say nothing."""
    images = write_images(tmp_path / "passing")
    ganzoo(*tiny(images, steps=1, out="r"))
    shutil.rmtree(images)
    write_images(images, count=19)
    assert "differs from the data that" in ganzoo("nearest", "r", code=1).stderr
    assert not [*Path("r").glob("nearest*")]


def test_points_have_no_nearest_image(ganzoo: Ganzoo) -> None:
    small = [f"--set={player}.hidden=[8]" for player in ("generator", "discriminator")]
    small += ["--set=generator.bias_from_data=false", "--steps=1", "--device=cpu"]
    ganzoo("train", "vanilla-mlp", "--dataset=ring-8", *small, "--out=r")
    refusal = ganzoo("nearest", "r", code=2).stderr
    assert "are not images. No metric finds copies" in refusal
    assert "ganzoo evaluate r" in refusal
