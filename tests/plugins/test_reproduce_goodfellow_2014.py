"""``ganzoo reproduce goodfellow-2014``, with networks and steps of a test's size."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result
from filelock import FileLock
from PIL import Image
from safetensors.torch import load_file

import ganzoo
from ganzoo import Part, Recipe, Registry, Run
from ganzoo.cli import zoo
from ganzoo.data.files import data_dir

figure_1 = pytest.importorskip("ganzoo_goodfellow_2014.figure_1")
table_1 = pytest.importorskip("ganzoo_goodfellow_2014.table_1")

ADAM = {player: Part("adam", {"lr": 1e-3}) for player in "dg"}
TINY = Recipe(
    name="tiny",
    generator=Part("mlp", {"hidden": (8,)}),
    discriminator=Part("mlp", {"hidden": (8,)}),
    loss=Part("non-saturating"),
    dataset=Part("mnist", {"limit": 500}),
    optimizer=ADAM,
    steps=30,
    batch_size=4,
    low=0.0,
    high=1.0,
    log_every=2,
    sample_every=2,
    checkpoint_every=2,
    samples=4,
)
LINE = Registry.discover().recipe(figure_1.RECIPE)

needs_mnist = pytest.mark.skipif(
    not (data_dir() / "MNIST" / "raw").is_dir(), reason="MNIST is not in GANZOO_DATA"
)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """An epoch of two steps, figure 1 of 100, and likelihoods under 50 fakes."""
    monkeypatch.setattr(table_1, "RECIPE", TINY)
    monkeypatch.setattr(table_1, "EPOCH", 2)
    monkeypatch.setattr(figure_1, "RECIPE", LINE.replace(steps=100, sample_every=100))
    monkeypatch.setattr(table_1, "evaluate", functools.partial(ganzoo.evaluate, samples=50))


def reproduce(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(zoo, ["reproduce", "goodfellow-2014", *arguments])
    assert result.exit_code == code, result.output
    return result


@needs_mnist
def test_all_of_it_and_on_from_there(small: None, tmp_path: Path) -> None:
    arguments = ["--out", str(tmp_path / "r"), "--every=5", "--device=cpu", "--precision=fp32"]
    first = reproduce(*arguments, "--epochs=5")
    out = tmp_path / "r"
    made = {path.name for path in out.iterdir()}
    pictures = {"figure-1.png", "figure-1.gif", "figure-2a.png", "figure-3.png", "table-1.png"}
    assert pictures | {"mnist.gif", "results.json"} <= made
    assert "the paper has 225 ± 2" in first.stdout
    second = reproduce(*arguments, "--epochs=12")
    assert "epoch 5:" not in second.stdout
    found = json.loads((out / "results.json").read_text())["table_1"]
    assert [point["epoch"] for point in found["averaged"]] == [5, 10, 12]
    assert [point["epoch"] for point in found["not_averaged"]] == [5, 10, 12]
    assert found["averaged"][-1]["parzen"] != found["not_averaged"][-1]["parzen"]
    before = (out / "mnist" / "evaluations.json").read_bytes()
    reproduce(*arguments, "--epochs=12")  # nothing is left but the drawing
    assert (out / "mnist" / "evaluations.json").read_bytes() == before
    results = [
        (result["protocol"]["step"], result["protocol"]["ema"])
        for result in json.loads(before)["results"]
        if result["name"] == "parzen"
    ]  # an evaluation of other weights takes no one's place
    assert results == [(step, ema) for step in (10, 20, 24) for ema in (0.999, 0.0)]


@needs_mnist
def test_what_stopped_while_it_was_measured_is_measured(small: None, tmp_path: Path) -> None:
    arguments = ["--out", str(tmp_path), "--every=5", "--device=cpu", "--epochs=5"]
    reproduce(*arguments)
    file = tmp_path / "table-1.json"
    curves = json.loads(file.read_text())
    file.unlink()  # it stopped before the first of the two
    assert "epoch 5:" in reproduce(*arguments).stdout
    assert json.loads(file.read_text()) == curves
    file.write_text(json.dumps({**curves, "not_averaged": []}))  # it stopped between them
    reproduce(*arguments[:-1], "--epochs=10")
    found = json.loads((tmp_path / "results.json").read_text())["table_1"]
    for name in ("averaged", "not_averaged"):
        assert [point["epoch"] for point in found[name]] == [5, 10]


def test_the_discriminator_of_figure_1_is_the_one_that_played(tmp_path: Path) -> None:
    watch = figure_1.Watch(Registry.discover())
    scores: list[torch.Tensor] = []

    class Score:  # by the weights alone, layer for layer
        @ganzoo.hookimpl
        def ganzoo_checkpointed(self, run: Run, step: int, path: Path) -> None:
            w = load_file(path)
            names = [k for k in w if k.startswith("game.discriminator.") and k.endswith("weight")]
            x = figure_1.X[:, None]
            for name in names:
                x = x @ w[name].T + w[name.replace("weight", "bias")]
                x = x if name == names[-1] else torch.nn.functional.leaky_relu(x, 0.2)
            scores.append(torch.sigmoid(x).flatten())

    recipe = LINE.replace(steps=50, sample_every=50)
    ganzoo.train(recipe, out=tmp_path / "run", observers=[watch, Score()], device="cpu")
    assert np.allclose(watch.states[0].d, scores[0], atol=1e-5)


def test_the_solved_game_measures_as_solved() -> None:
    random = np.random.default_rng(0)
    real, fakes = random.normal(4, 0.5, (2, 20_000))
    half = np.full(len(figure_1.X), 0.5)
    state = figure_1.State(9, half, fakes, np.zeros(3))
    found = figure_1.measured(state, real)
    assert (found["step"], found["d_lowest"], found["d_highest"]) == (9, 0.5, 0.5)
    assert found["w1"] < 0.02
    moved = figure_1.measured(figure_1.State(9, half, fakes + 0.3, np.zeros(3)), real)
    assert moved["w1"] == pytest.approx(0.3, abs=0.02)
    # D far from the data is left out.
    far = np.where(abs(figure_1.X.numpy() - 4) < 1.5, 0.5, 1.0)
    assert figure_1.measured(figure_1.State(9, far, fakes, np.zeros(3)), real)["d_highest"] == 0.5


def test_figure_1_is_drawn_once_and_again_if_it_was_interrupted(
    small: None, tmp_path: Path
) -> None:
    ganzoo.train(figure_1.RECIPE, steps=2, out=tmp_path / "figure-1", device="cpu")
    found = figure_1.reproduce(tmp_path, Registry.discover())
    assert found["step"] == 100
    with Image.open(tmp_path / "figure-1.gif") as animation:
        assert animation.n_frames == 2
    before = (tmp_path / "figure-1.png").stat().st_mtime_ns
    assert figure_1.reproduce(tmp_path, Registry.discover()) == found
    assert (tmp_path / "figure-1.png").stat().st_mtime_ns == before


@pytest.mark.parametrize("name", ["mnist", "figure-1"])
def test_what_is_not_its_own_is_left_alone(small: None, tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "precious").write_text("mine")
    result = reproduce("--out", str(tmp_path), "--device=cpu", code=1)
    assert "is not a run folder" in result.stderr.splitlines()[-1]
    assert (tmp_path / name / "precious").read_text() == "mine"
    (tmp_path / name / "precious").unlink()
    (tmp_path / name).rmdir()
    ganzoo.train(
        TINY.replace(name="other", dataset=Part("gaussian-1d")), steps=2, out=tmp_path / name
    )
    result = reproduce("--out", str(tmp_path), "--device=cpu", code=1)
    assert "is no run of" in result.stderr.splitlines()[-1]
    assert (tmp_path / name / "config.json").is_file()


def test_two_at_once(tmp_path: Path) -> None:
    with FileLock(tmp_path / ".lock"):
        result = reproduce("--out", str(tmp_path), code=1)
    assert "Another process uses the folder" in result.stderr


def test_a_place_that_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = reproduce("--out", str(tmp_path / "file"), code=1)
    assert "choose another --out" in result.stderr.splitlines()[-1]


def test_without_mnist_it_says_so(
    small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import urllib.request

    def unreachable(*_: object, **__: object) -> None:
        raise OSError("there is no network in the tests")

    monkeypatch.setattr(urllib.request, "urlopen", unreachable)
    result = reproduce("--out", str(tmp_path / "r"), "--data-dir", str(tmp_path), code=1)
    assert "mnist" in result.stderr.splitlines()[-1]
    assert not (tmp_path / "r" / "mnist").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["reproduce", "goodfelow-2014"], "Did you mean 'goodfellow-2014'?"),
        (["reproduce", "goodfellow-2014", "--every=7"], "7 is no multiple of 5"),
        (["reproduce", "goodfellow-2014", "--epochs=0"], "0 is not in the range"),
    ],
)
def test_a_mistake(arguments: list[str], told: str) -> None:
    result = CliRunner().invoke(zoo, arguments)
    assert result.exit_code == 2
    assert told in result.stderr


def test_the_papers_are_listed() -> None:
    result = CliRunner().invoke(zoo, ["reproduce", "--help"])
    assert "goodfellow-2014" in result.stdout
