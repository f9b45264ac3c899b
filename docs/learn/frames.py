"""Makes the animation of the home page and docs/learn/run.json from a run of ganzoo.

ganzoo train vanilla-mlp --out runs/vanilla-mlp
python docs/learn/frames.py runs/vanilla-mlp
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from PIL import Image

import ganzoo

IMAGES = Path(__file__).parents[1] / "images" / "learn"
LOGS = Path(__file__).parent / "run.json"
SCALARS = ("step", "loss_d", "loss_g", "d_real", "d_fake", "d_accuracy")
CORNER = 182  # pixels: six of the eight rows and columns of a picture
SIDE = 364  # pixels: twice that
MILLISECONDS, LAST = 180, 4000  # how long a frame and the last frame are shown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run", type=Path)
    run = ganzoo.Run.open(parser.parse_args().run)
    frames = [enlarged(path) for path in sorted(run.path.glob("samples/step-*.png"))]
    IMAGES.mkdir(parents=True, exist_ok=True)
    shown = [MILLISECONDS] * (len(frames) - 1) + [LAST]
    frames[0].save(
        IMAGES / "digits.webp", save_all=True, append_images=frames[1:], duration=shown, loop=0,
        quality=40, method=6,
    )  # fmt: skip
    frames[-1].save(IMAGES / "digits-still.webp", quality=70, method=6)
    logs = [{name: rounded(log[name]) for name in SCALARS} for log in run.metrics()]
    LOGS.write_text(json.dumps({"recipe": run.config["recipe"]["name"], "logs": logs}) + "\n")


def enlarged(path: Path) -> Image.Image:
    return (
        Image.open(path)
        .convert("L")
        .crop((0, 0, CORNER, CORNER))
        .resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    )


def rounded(value: float) -> float:
    return value if isinstance(value, int) else round(value, 4)


if __name__ == "__main__":
    main()
