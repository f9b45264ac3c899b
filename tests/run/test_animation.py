"""Animations of pictures: their order, their times, their pixels, and what is refused."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from ganzoo.errors import GanzooError, UsageError
from ganzoo.run import animation


def draw(folder: Path, *steps: int, mode: str = "L", size: tuple[int, int] = (9, 7)) -> list[Path]:
    """A picture of noise of its own for each of the steps."""
    folder.mkdir(exist_ok=True)
    for step in steps:
        shape = (size[1], size[0]) if mode == "L" else (size[1], size[0], len(mode))
        pixels = np.random.default_rng(step).integers(0, 256, shape, dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"step-{step:06d}.png")
    return animation.pictures(folder)


def frames(path: Path) -> list[tuple[np.ndarray, float]]:
    """Each frame, as RGB, and how many milliseconds it stays."""
    with Image.open(path) as image:
        found = ImageSequence.Iterator(image)
        return [(np.asarray(each.convert("RGB"), int), each.info["duration"]) for each in found]


def rgb(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"), int)


def test_pictures_are_in_the_order_of_their_steps(tmp_path: Path) -> None:
    """And not of their names, which a step of seven digits puts before that of six."""
    draw(tmp_path, 1_000_000, 200_000, 3)
    (tmp_path / "step-best.png").touch()
    (tmp_path / "other.png").touch()
    names = [path.name for path in animation.pictures(tmp_path)]
    assert names == ["step-000003.png", "step-200000.png", "step-1000000.png"]


@pytest.mark.parametrize("suffix", [".gif", ".GIF", ".webp"])
def test_gray_stays_as_it_is_and_the_last_one_is_held(tmp_path: Path, suffix: str) -> None:
    pictures = draw(tmp_path / "in", 1, 2, 3, size=(40, 30))  # of all 256 levels
    path = tmp_path / f"a{suffix}"
    assert animation.write(path, pictures, fps=10, last_seconds=1.5) == path
    shown = frames(path)
    assert [duration for _, duration in shown] == [100, 100, 1500]
    for (frame, _), picture in zip(shown, pictures, strict=True):
        assert np.array_equal(frame, rgb(picture))
    with Image.open(path) as image:
        assert image.info["loop"] == 0  # for ever


def test_a_gif_takes_its_colours_from_each_picture(tmp_path: Path) -> None:
    """All of them where there are few: each picture has 63 of its own, and the GIF 189."""
    pictures = draw(tmp_path / "in", 1, 2, 3, mode="RGB")
    animation.write(tmp_path / "a.gif", pictures)
    for (frame, _), picture in zip(frames(tmp_path / "a.gif"), pictures, strict=True):
        assert np.abs(frame - rgb(picture)).max() <= 4  # Pillow's boxes are of so many levels
    crowded = draw(tmp_path / "crowded", 1, 2, mode="RGB", size=(64, 64))
    animation.write(tmp_path / "b.gif", crowded)
    for (frame, _), picture in zip(frames(tmp_path / "b.gif"), crowded, strict=True):
        assert np.abs(frame - rgb(picture)).mean() < 25  # of 4096 colours; any other: 85


def test_gray_and_colour_in_one_run(tmp_path: Path) -> None:
    draw(tmp_path, 1)
    pictures = draw(tmp_path, 2, mode="RGB")
    animation.write(tmp_path / "a.webp", pictures)
    for (frame, _), picture in zip(frames(tmp_path / "a.webp"), pictures, strict=True):
        assert np.array_equal(frame, rgb(picture))


def test_times_add_up() -> None:
    """A GIF counts in hundredths of a second: a thirtieth is no whole number of them."""
    stays = animation.durations(31, 30, 2, 10)
    assert sum(stays[:-1]) == 1000
    assert set(stays[:-1]) == {30, 40}
    assert stays[-1] == 2000
    assert animation.durations(4, 50, 0.02, 10) == [20] * 4


def test_the_last_one_is_there_as_long_as_the_others(tmp_path: Path) -> None:
    animation.write(tmp_path / "a.gif", draw(tmp_path, 1, 2), fps=2, last_seconds=0)
    assert [duration for _, duration in frames(tmp_path / "a.gif")] == [500, 500]


@pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf"), 51])
def test_an_fps_that_makes_no_gif(tmp_path: Path, fps: float) -> None:
    with pytest.raises(UsageError, match=r"The fps of a \.gif must be from 0\.01 to 50, not "):
        animation.write(tmp_path / "a.gif", draw(tmp_path, 1, 2), fps=fps)


@pytest.mark.parametrize("seconds", [-1, float("nan"), 601])
def test_a_last_picture_that_stays_too_long(tmp_path: Path, seconds: float) -> None:
    with pytest.raises(UsageError, match="The last picture can stay 0 to 600 s"):
        animation.write(tmp_path / "a.gif", draw(tmp_path, 1, 2), last_seconds=seconds)


def test_a_folder_without_samples_makes_no_animation(tmp_path: Path) -> None:
    pictures = draw(tmp_path, 1, 2)
    for name in ("a.avi", "a"):
        with pytest.raises(GanzooError, match=r"written as \.gif, as \.webp or as \.mp4"):
            animation.write(tmp_path / name, pictures)
    for few in (pictures[:1], []):
        with pytest.raises(GanzooError, match=f"two pictures at least, and there are {len(few)}"):
            animation.write(tmp_path / "a.gif", few)
    larger = draw(tmp_path, 3, size=(10, 7))
    with pytest.raises(GanzooError, match=r"step-000003\.png is of 10 x 7 pixels, and .* of 9 x 7"):
        animation.write(tmp_path / "a.gif", larger)
    pictures[1].write_bytes(pictures[1].read_bytes()[:60])
    with pytest.raises(GanzooError, match=r"step-000002.png cannot be read: .* Remove it\."):
        animation.write(tmp_path / "a.gif", pictures)
    assert not [*tmp_path.glob("a*")]


def test_mp4_without_an_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)  # as if it were not installed
    with pytest.raises(GanzooError, match=r"`pip install imageio-ffmpeg`, or take --out FILE\.gif"):
        animation.write(tmp_path / "a.mp4", draw(tmp_path, 1, 2))
    assert not (tmp_path / "a.mp4").exists()


def encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """An ``ffmpeg`` on the path that does what ``body`` says."""
    script = tmp_path / "bin" / "ffmpeg"
    script.parent.mkdir()
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:/usr/bin:/bin")


def test_mp4_is_given_each_picture_and_the_last_one_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder(tmp_path, monkeypatch, 'for out; do :; done; cat > "$out"')
    pictures = draw(tmp_path, 1, 2)
    animation.write(tmp_path / "a.mp4", pictures, fps=10, last_seconds=0.3)
    one, two = (path.read_bytes() for path in pictures)
    assert (tmp_path / "a.mp4").read_bytes() == one + 3 * two


def test_an_encoder_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder(tmp_path, monkeypatch, 'for out; do :; done; echo half > "$out"; echo sick >&2; exit 1')
    with pytest.raises(GanzooError, match=r"could not write the MP4: sick\. Take --out FILE\.gif"):
        animation.write(tmp_path / "a.mp4", draw(tmp_path, 1, 2))
    assert not (tmp_path / "a.mp4").exists()


def test_mp4_with_a_true_encoder(tmp_path: Path) -> None:
    try:
        ffmpeg = animation._ffmpeg()
    except GanzooError:
        pytest.skip("there is no encoder here")
    path = animation.write(tmp_path / "a.mp4", draw(tmp_path, 1, 2, 3), fps=5, last_seconds=1)
    command = [ffmpeg, "-i", path, "-f", "rawvideo", "-pix_fmt", "gray", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    shown = np.frombuffer(raw, np.uint8).reshape(-1, 8, 10)  # sides are made even
    assert len(shown) == 2 + 5
    assert (
        np.abs(shown[:3, :7, :9].astype(int) - [rgb(p)[..., 0] for p in draw(tmp_path)]).mean() < 30
    )
