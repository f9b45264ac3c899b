"""Which picture what gets, and what a run on points leaves behind."""

from __future__ import annotations

import io
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image
from torch import Tensor, nn

import ganzoo
from ganzoo import Data, Dataset, Generator, Spec, hookimpl
from ganzoo.cli import zoo
from ganzoo.run import picture, plot
from ganzoo.run.views import Images, Points, of_shape

from ..toy import ToyPlugin, registry_of

UNBOUNDED = {"low": -math.inf, "high": math.inf}
LINE, PLANE, FIVE = (Spec((dim,), **UNBOUNDED) for dim in (1, 2, 5))
GRAY = Spec((1, 4, 4))
ROOT = Path(__file__).parents[2]


class Bits(Dataset):
    """The corners of a cube, one after the other."""

    def __init__(self, dim: int = 2, count: int = 64) -> None:
        self.dim, self.count = dim, count

    def load(self, root: Path, split: str) -> Data:
        corner = torch.arange(self.count) * 2**self.dim // self.count
        x = torch.stack([corner >> bit & 1 for bit in range(self.dim)], 1)
        return Data(x.float(), source="memory", checksum="bits")


class Linear(Generator):
    """One layer."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.last = nn.Linear(spec.z_dim, spec.size)

    def forward(self, z: Tensor) -> Tensor:
        return self.last(z)


@hookimpl
def ganzoo_register(registry) -> None:
    """This file is a plugin, too."""
    registry.generator("linear", Linear)
    registry.dataset("bits", Bits)


POINTS = {"dataset": "bits", "generator": "linear"}


@pytest.fixture
def points():
    return registry_of(toy=ToyPlugin(), points=sys.modules[__name__])


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


def pixels(png: bytes) -> bytes:
    with Image.open(io.BytesIO(png)) as image:
        return image.convert("RGB" if image.mode == "RGBA" else image.mode).tobytes()


# -- which ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", [LINE, PLANE])
def test_points_get_a_plot(tmp_path: Path, spec: Spec) -> None:
    samples = torch.rand(9, *spec.shape)
    assert type(of_shape(spec)) is Points
    path = picture.write(tmp_path / "a.png", samples, of_shape(spec), samples, columns=3)
    assert path == tmp_path / "a.png"
    assert pixels(path.read_bytes()) == pixels(plot.drawn(samples, samples))


@pytest.mark.parametrize("columns", [None, 4])
def test_images_get_a_grid(tmp_path: Path, columns: int | None) -> None:
    samples = torch.rand(9, 1, 4, 4)
    assert type(of_shape(GRAY)) is Images
    path = picture.write(tmp_path / "a.png", samples, of_shape(GRAY), columns=columns)
    assert pixels(path.read_bytes()) == ganzoo.grid(samples, GRAY, columns=columns).tobytes()


@pytest.mark.parametrize("spec", [FIVE, Spec((2, 4, 4)), Spec((1, 4, 4), **UNBOUNDED), Spec(())])
def test_the_rest_gets_none(tmp_path: Path, spec: Spec) -> None:
    assert of_shape(spec) is None
    assert picture.write(tmp_path / "a.png", torch.zeros(2, *spec.shape), of_shape(spec)) is None
    assert not [*tmp_path.iterdir()]


# -- over what -----------------------------------------------------------------------------------


def test_a_plot_is_drawn_over_few_rows_from_everywhere_in_the_data() -> None:
    data = Bits(count=4 * Points.behind).load(Path(), "train")  # sorted, corner by corner
    rows = picture.behind(data, Points(PLANE), PLANE)
    assert rows.shape == (Points.behind, 2)
    _, counts = rows.unique(dim=0, return_counts=True)
    assert (counts / Points.behind - 0.25).abs().max() < 0.01
    assert torch.equal(rows, picture.behind(data, Points(PLANE), PLANE))


def test_small_data_is_shown_whole() -> None:
    data = Data(torch.arange(9.0, dtype=torch.float64)[:, None])
    rows = picture.behind(data, Points(LINE), LINE)
    assert sorted(rows[:, 0].tolist()) == [*range(9)]
    assert rows.dtype == torch.float32


@pytest.mark.parametrize("spec", [GRAY, FIVE])
def test_nothing_lies_behind_samples_that_are_not_plotted(spec: Spec) -> None:
    assert picture.behind(Data(torch.zeros(3, *spec.shape)), of_shape(spec), spec) is None


def test_choosing_takes_no_random_numbers() -> None:
    before = torch.get_rng_state()
    picture.behind(Bits().load(Path(), "train"), Points(PLANE), PLANE)
    assert torch.equal(torch.get_rng_state(), before)


# -- of a run ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dim", [1, 2])
def test_a_run_on_points_leaves_plots_over_its_data(train, points, dim: int) -> None:
    run = train(registry=points, steps=2, seed=3, set={"dataset.dim": dim}, **POINTS)
    pictures = sorted(path.name for path in run.samples.iterdir())
    assert pictures == ["step-000000.png", "step-000001.png", "step-000002.png"]
    trained = ganzoo.load(run, registry=points)
    data = Bits(dim).load(Path(), "train").x
    expected = plot.drawn(trained.sample(9, seed=3), data)
    assert pixels((run.samples / "step-000002.png").read_bytes()) == pixels(expected)


def test_a_run_on_more_coordinates_leaves_none(train, points) -> None:
    run = train(registry=points, steps=1, set={"dataset.dim": 5}, **POINTS)
    assert not [*run.samples.iterdir()]


# -- by command ----------------------------------------------------------------------------------


@pytest.fixture
def command(points, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """``ganzoo``, run in this process where the data cannot be loaded, in a folder of its own."""

    def run(*words: object, code: int = 0) -> str:
        done = CliRunner().invoke(zoo, [str(word) for word in words], prog_name="ganzoo")
        assert done.exit_code == code, done.output
        return done.output.strip()

    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr("ganzoo.sampling.load.registry_for", lambda files: points)
    return run


@pytest.mark.parametrize(("name", "count"), [("sample", 64), ("interpolate", 80)])
def test_the_commands_plot_points_without_the_data(
    train, points, command, monkeypatch: pytest.MonkeyPatch, name: str, count: int
) -> None:
    run = train(registry=points, steps=1, **POINTS).path
    monkeypatch.delattr(Bits, "load")
    path = Path(command(name, run))
    assert (path.parent, size_of(path)) == (run, (plot.SIDE, plot.SIDE))
    assert command(name, run, "--out=some.npy") == "some.npy"
    samples = torch.from_numpy(np.load("some.npy"))
    assert samples.shape == (count, 2)
    assert pixels(path.read_bytes()) == pixels(plot.drawn(samples))


@pytest.mark.parametrize("out", ["folder", "a.png"])
@pytest.mark.parametrize("name", ["sample", "interpolate"])
def test_samples_that_have_no_picture_are_refused(
    train, points, command, name: str, out: str
) -> None:
    run = train(registry=points, steps=1, set={"dataset.dim": 5}, **POINTS).path
    output = command(name, run, f"--out={out}", code=1)
    assert "Samples of shape (5,) cannot be drawn. Use --out FILE.npy." in output
    assert not [*Path().iterdir()]


def test_points_are_no_folder_of_images(train, points, command) -> None:
    run = train(registry=points, steps=1, **POINTS).path
    output = command("sample", run, "--out=folder", code=1)
    assert "samples of shape (2,) are not written one by one. Use --out FILE.png." in output
    output = command("sample", run, "--out=-", code=2)
    assert "--out - stands for the standard output" in output
    output = command("sample", run, "--out=a.txt", code=1)
    assert "samples are written as .png, .jpg, .jpeg, .webp or .npy." in output
    assert not [*Path().iterdir()]


# -- what it costs -------------------------------------------------------------------------------

TRAIN = """
import sys, ganzoo
from tests.toy import ToyPlugin, registry_of
from tests.run import test_picture
request = dict(registry=registry_of(toy=ToyPlugin(), points=test_picture), device="cpu", steps=1)
print("matplotlib" in sys.modules)
ganzoo.train("toy", out=sys.argv[1] + "/images", **request)
print("matplotlib" in sys.modules)
ganzoo.train("toy", out=sys.argv[1] + "/points", **request, **test_picture.POINTS)
print("matplotlib" in sys.modules)
"""


def test_only_plots_import_matplotlib(tmp_path: Path) -> None:
    words = [sys.executable, "-c", TRAIN, str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False", "True"]
