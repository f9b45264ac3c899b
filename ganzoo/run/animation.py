"""The pictures of a run as an animation: GIF, WebP, or MP4 if an encoder is installed."""

from __future__ import annotations

import importlib
import io
import math
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from PIL import Image, features

from ganzoo.errors import GanzooError, UsageError
from ganzoo.run.files import write_whole
from ganzoo.run.step_files import step_files

FASTEST = {".gif": 50, ".webp": 1000, ".mp4": 1000}  # pictures per second, by suffix
SLOWEST, LONGEST = 0.01, 600.0
COLOURS = 255  # per frame of a GIF; colour number 256 marks the pixels that do not change


def pictures(folder: Path) -> list[Path]:
    """The pictures ``step-N.png`` in a folder, in the order of their steps."""
    return [*step_files(folder, ".png").values()]


def write(
    path: Path, pictures: Sequence[Path], *, fps: float = 10, last_seconds: float = 2
) -> Path:
    """Write the pictures one after the other, ``fps`` per second, in the format of the suffix. The
    last picture stays for ``last_seconds``. GIF and WebP repeat for ever, MP4 does not.

    Raises GanzooError for another suffix, for fewer than two pictures, for pictures of different
    sizes, and for MP4 without an encoder. Raises UsageError for ``fps`` or ``last_seconds`` out of
    range.
    """
    suffix = path.suffix.lower()
    if suffix not in FASTEST:
        raise GanzooError(f"{path}: animations are written as .gif, as .webp or as .mp4.")
    if not SLOWEST <= fps <= FASTEST[suffix]:
        raise UsageError(
            f"The fps of a {suffix} must be from {SLOWEST} to {FASTEST[suffix]}, not {fps:g}."
        )
    if not 0 <= last_seconds <= LONGEST:
        raise UsageError(f"The last picture can stay 0 to {LONGEST:g} s, not {last_seconds:g}.")
    mode = _mode(pictures)
    seconds = max(last_seconds, 1 / fps)
    if suffix == ".mp4":
        content = _mp4(pictures, fps, seconds)
    elif suffix == ".webp":
        content = _webp(pictures, mode, durations(len(pictures), fps, seconds, 1))
    else:
        content = _gif(pictures, mode, durations(len(pictures), fps, seconds, 10))
    write_whole(path, content)
    return path


def durations(count: int, fps: float, last_seconds: float, unit: int) -> list[int]:
    """The milliseconds that each picture stays, in multiples of ``unit``. They are rounded so that
    the rounding errors do not add up."""
    ends = [round(1000 * index / (fps * unit)) for index in range(count)]
    stays = [stop - start for start, stop in pairwise(ends)]
    return [stay * unit for stay in [*stays, round(1000 * last_seconds / unit)]]


def _mode(pictures: Sequence[Path]) -> str:
    """The mode L if all pictures are gray, else RGB. Raises GanzooError for fewer than two pictures
    or for pictures of different sizes."""
    if len(pictures) < 2:
        where = f" in {pictures[0].parent}" if pictures else ""
        raise GanzooError(
            f"An animation takes two pictures at least, and there are {len(pictures)}{where}: "
            "train for longer, or with a smaller sample_every."
        )
    first = _opened(pictures[0])
    gray = True
    for path in pictures:
        picture = _opened(path)
        gray = gray and picture.mode == "L"
        if picture.size != first.size:
            raise GanzooError(
                f"{path} is of {picture.width} x {picture.height} pixels, and {pictures[0].name} "
                f"of {first.width} x {first.height}: one animation takes pictures of one size."
            )
    return "L" if gray else "RGB"


def _opened(path: Path) -> Image.Image:
    try:
        with Image.open(path) as picture:
            picture.load()
            return picture
    except (OSError, SyntaxError) as error:  # Pillow raises both for a file that is not a PNG
        raise GanzooError(f"{path} cannot be read: {error}. Remove it.") from None


def _gif(pictures: Sequence[Path], mode: str, stays: list[int]) -> bytes:
    def frames() -> Iterator[Image.Image]:
        for path in pictures:
            frame = _opened(path).convert(mode)
            yield frame if mode == "L" else frame.quantize(COLOURS)

    return _saved(frames(), "GIF", duration=stays, loop=0)


def _webp(pictures: Sequence[Path], mode: str, stays: list[int]) -> bytes:
    if not features.check("webp"):
        raise GanzooError("This Pillow was built without WebP. Take --out FILE.gif.")
    frames = (_opened(path).convert(mode) for path in pictures)
    return _saved(frames, "WEBP", duration=stays, loop=0, lossless=True)


def _saved(frames: Iterator[Image.Image], format_name: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    next(frames).save(buffer, format=format_name, save_all=True, append_images=frames, **options)
    return buffer.getvalue()


def _mp4(pictures: Sequence[Path], fps: float, last_seconds: float) -> bytes:
    """The MP4 by ffmpeg, with its default encoder. Width and height are padded to even numbers,
    because players need them."""
    repeats = [pictures[-1]] * (math.ceil(last_seconds * fps - 1e-6) - 1)
    stream = b"".join(path.read_bytes() for path in [*pictures, *repeats])
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "animation.mp4"
        source = ["-f", "image2pipe", "-c:v", "png", "-framerate", f"{fps:g}", "-i", "-"]
        padding = ["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p"]
        command = [_ffmpeg(), "-loglevel", "error", *source, *padding, "-movflags", "+faststart"]
        try:
            process = subprocess.run([*command, str(out)], input=stream, capture_output=True)
        except OSError as error:
            raise GanzooError(
                f"{command[0]} cannot be run: {error}. Take --out FILE.gif."
            ) from None
        if process.returncode or not out.is_file():
            message = process.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise GanzooError(
                f"{command[0]} could not write the MP4: {''.join(message) or 'no reason given'}. "
                "Take --out FILE.gif."
            )
        return out.read_bytes()


def _ffmpeg() -> str:
    """The path of ffmpeg. Raises GanzooError if it is not installed."""
    path = shutil.which("ffmpeg")
    if path:
        return path
    try:
        return str(importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        raise GanzooError(
            "There is no encoder for MP4. Install one with `pip install imageio-ffmpeg`, or take "
            "--out FILE.gif."
        ) from None
