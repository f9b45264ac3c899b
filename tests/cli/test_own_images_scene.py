"""Somebody with 400 drawings of 96 x 72 in two classes: from the folder to a generator that other
programs use, with each recipe that is for this."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import ganzoo as library

from ..drawings import HEIGHT, KINDS, WIDTH, write_drawings
from .conftest import Ganzoo
from .tools import same_tensors

# The arguments that make each recipe small, without schedules over all steps: two steps and two
# more are four.
RATES = ("--set=optimizer.g.lr=1e-3", "--set=optimizer.d.lr=1e-3")
NARROW = ("--set=generator.width=2", "--set=discriminator.width=2")
RECIPES = {
    "cgan": (*NARROW, *RATES),
    "dcgan": (*NARROW, *RATES),
    "r3gan": (
        *("--game=concatenated-labels", *NARROW, *RATES),
        *(
            f"--set={network}.{option}"
            for network in ("generator", "discriminator")
            for option in ("growth=1", "group=2", "blocks=1")
        ),
    ),
    "fastgan-small": ("--game=concatenated-labels", *NARROW, "--set=discriminator.decoder_width=2"),
    "stylegan2-small": (
        *("--set=generator.labels=true", "--set=discriminator.labels=true"),
        *(*NARROW, *RATES, "--set=generator.w_dim=8", "--set=generator.channels_max=8"),
        "--set=discriminator.channels_max=8",
    ),
}
CONDITIONAL = {*RECIPES} - {"dcgan"}
FORMATS = ["safetensors", "torchscript"]
if importlib.util.find_spec("onnxruntime"):
    FORMATS.append("onnx")


@pytest.fixture(scope="module")
def drawings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """280 drawings to train on, and 120 that are held out."""
    folder = tmp_path_factory.mktemp("scene") / "drawings"
    write_drawings(folder / "train", 280, seed=1)
    write_drawings(folder / "test", 120, seed=2)
    return folder


def test_the_folder_is_inspected(ganzoo: Ganzoo, drawings: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    folder = f"folder:{drawings}"
    found = json.loads(
        ganzoo("data", "inspect", folder, "--recipe=none", "--out", sheet, "--json").stdout
    )
    assert found["count"] == 400
    assert found["splits"] == {"train": 280, "test": 120}
    assert found["classes"] == dict.fromkeys(KINDS, 200)
    assert found["sizes"] == {f"{HEIGHT}x{WIDTH}": 400}
    assert found["modes"] == {"colour": 400}
    assert not found["unreadable"]
    assert not found["copies"]
    assert {"size": f"{HEIGHT}x{WIDTH}", "whole": True, "bytes": 400 * 3 * HEIGHT * WIDTH} in (
        found["fits"]
    )
    assert sheet.exists()


@pytest.mark.parametrize("recipe", RECIPES)
def test_from_the_folder_to_another_program(
    ganzoo: Ganzoo, drawings: Path, tmp_path: Path, recipe: str
) -> None:
    folder = f"folder:{drawings}"
    train = ("train", recipe, "--dataset", folder, "--batch-size=4", *RECIPES[recipe])
    run, halves = tmp_path / "run", tmp_path / "halves"
    shown = ganzoo(*train, "--steps=4", "--out", run).output
    assert f"280 images of {HEIGHT}x{WIDTH} (height x width), colour, 2 classes" in shown

    ganzoo(*train, "--steps=2", "--out", halves)
    ganzoo("resume", halves, "--steps=4")
    assert same_tensors(*(each / "generator.safetensors" for each in (run, halves)))

    label = ("--label", KINDS[1]) if recipe in CONDITIONAL else ()
    ganzoo("sample", run, "-n", 2, *label, "--out", tmp_path / "singles")
    for path in (tmp_path / "singles").iterdir():
        with Image.open(path) as image:
            assert (image.mode, image.size) == ("RGB", (WIDTH, HEIGHT))

    photo = drawings / "test" / KINDS[1] / "001.png"
    words = ("project", run, photo, *label, "--steps=2", "--restarts=1", "--features=none")
    found = json.loads(ganzoo(*words, "--json").stdout)
    assert [each["image"] for each in found["images"]] == [photo.name]
    z = np.load(found["z"])
    drawn = library.load(run).sample(z=z, label=label[1] if label else None)
    with Image.open(photo) as image:
        pixels = np.asarray(image).transpose(2, 0, 1) / 255
    rms = float(np.sqrt(np.square((drawn[0].numpy() + 1) / 2 - pixels).mean()))
    assert found["images"][0]["rms"] == pytest.approx(rms, abs=1e-4)

    results = json.loads(
        ganzoo("evaluate", run, "--metric=nearest", "-n", 100, "--repeats=1", "--json").stdout
    )["results"]
    assert {result["name"] for result in results} == {"nearest", "copies"}

    for format in FORMATS:
        done = json.loads(ganzoo("export", run, "--format", format, "--json").stdout)
        assert done["difference"] <= 1e-4
        assert ("label" in done["inputs"]) == (recipe in CONDITIONAL)
        assert_equal_samples(run, Path(done["path"]), format, conditional=recipe in CONDITIONAL)


def assert_equal_samples(run: Path, file: Path, format: str, *, conditional: bool) -> None:
    """The file gives the samples of the run, from the same noise and labels."""
    trained = library.load(run)
    noise = trained.noise(3, seed=7)
    expected = trained.sample(z=noise.z)  # its labels cycle, as those of the noise do
    inputs = {"z": noise.z, **({"label": noise.y} if conditional else {})}
    if format == "safetensors":
        found = library.load(file).sample(z=noise.z)
    elif format == "torchscript":
        found = torch.jit.load(str(file))(*inputs.values())
    else:
        import onnxruntime

        session = onnxruntime.InferenceSession(str(file))
        (array,) = session.run(None, {name: each.numpy() for name, each in inputs.items()})
        found = torch.from_numpy(array)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=0)


def test_sixteen_bits_from_the_files_to_the_samples(ganzoo: Ganzoo, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for split, count in (("train", 120), ("test", 100)):
        (tmp_path / "scans" / split).mkdir(parents=True)
        for index in range(count):
            pixels = random.integers(0, 65536, (12, 16), np.uint16)
            Image.fromarray(pixels).save(tmp_path / "scans" / split / f"{index}.png")
    run = tmp_path / "run"
    networks = ("--generator=mlp", "--discriminator=mlp", "--set=generator.hidden=[8]")
    ganzoo(
        *("train", "vanilla-mlp", "--dataset", f"folder:{tmp_path / 'scans'}", *networks),
        *("--set=dataset.depth=16", "--set=discriminator.hidden=[8]", "--batch-size=8"),
        *("--steps=4", "--out", run),
    )
    ganzoo("resume", run, "--steps=6")

    ganzoo("sample", run, "-n", 3, "--out", tmp_path / "singles")
    ganzoo("sample", run, "-n", 3, "--out", tmp_path / "samples.npy")
    expected = np.load(tmp_path / "samples.npy")
    low, high = library.load(run).spec.low, library.load(run).spec.high
    for index, sample in enumerate(expected):
        with Image.open(tmp_path / "singles" / f"{index:06}.png") as image:
            assert image.mode == "I;16"
            pixels = np.asarray(image)
        exact = 65535 * (sample[0] - low) / (high - low)
        assert np.abs(pixels - exact).max() <= 0.51
        assert (pixels % 257 != 0).any()  # as pixels of 8 bits would be
    ganzoo("sample", run, "-n", 4, "--out", tmp_path / "grid.png")
    with Image.open(tmp_path / "grid.png") as grid:
        assert grid.mode == "I;16"
    ganzoo("sample", run, "-n", 4, "--out", tmp_path / "grid.jpg")

    told = json.loads(ganzoo("nearest", run, "-n", 4, "--json").stdout)
    samples = (expected - low) / (high - low)
    assert told["images"] == 120
    assert 0 < told["mean_distance"] < 12 * 16 * np.abs(samples).max()
    ganzoo("evaluate", run, "--metric=nearest", "-n", 100, "--repeats=1")
    ganzoo("animate", run)
