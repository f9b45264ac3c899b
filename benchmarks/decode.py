"""The time to load a folder of JPEGs at the first and at the second start: docs/images.md.

    python benchmarks/decode.py [--images 2000] [--width 640] [--height 480] [--size 64]

Makes a folder of smooth random photographs and an empty cache in a temporary folder, and loads the
folder twice. Also prints the time of the same decoding in one thread, without a cache.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ganzoo.data.folder import Folder
from ganzoo.data.form import form_of
from ganzoo.data.image_files import usable_cpus
from ganzoo.data.images import read


def make(folder: Path, images: int, width: int, height: int) -> None:
    """JPEGs of quality 90: random colours at every sixteenth pixel, and smooth between them."""
    random = np.random.default_rng(0)
    for index in range(images):
        colours = random.integers(0, 256, (height // 16, width // 16, 3), np.uint8)
        image = Image.fromarray(colours).resize((width, height), Image.Resampling.BICUBIC)
        image.save(folder / f"{index:06}.jpg", quality=90)


def main() -> None:
    """Print the three times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("images", 2000), ("width", 640), ("height", 480), ("size", 64)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "images")
        folder.mkdir()
        make(folder, asked.images, asked.width, asked.height)
        os.environ["GANZOO_CACHE"] = str(Path(temporary, "cache"))
        started = time.perf_counter()
        for path in sorted(folder.iterdir()):
            read(path.read_bytes(), form_of(asked.size))
        print(f"one thread, no cache:   {time.perf_counter() - started:6.2f} s")
        found = []
        for start in ("first start", "second start"):
            started, used = time.perf_counter(), time.process_time()
            found.append(Folder(str(folder), size=asked.size).load(folder, "train").x)
            seconds, cpu = time.perf_counter() - started, time.process_time() - used
            print(f"{start + ':':<23} {seconds:6.2f} s, {cpu:.2f} s of CPU time")
        assert torch.equal(*found)
        kept = sum(path.stat().st_size for path in Path(temporary, "cache").rglob("*.*"))
    print(
        f"{asked.images:,} JPEGs of {asked.width}x{asked.height} at {asked.size}x{asked.size}; "
        f"{kept / 1e6:.1f} MB in the cache; {usable_cpus()} CPUs"
    )


if __name__ == "__main__":
    main()
