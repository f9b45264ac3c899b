"""``ganzoo reconstruct``, and ``ganzoo interpolate --code``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import ganzoo as library
from ganzoo.cli.reconstruct import _held_out

from .conftest import Ganzoo, ganzoo_command


def trained(recipe: str, images: Path, out: Path, *settings: str) -> Path:
    """A run of two steps on images of 8 x 8, its networks small."""
    small = ("generator.width=2", "generator.hidden=[8]", "discriminator.width=2", "batch_size=4")
    ganzoo_command(
        *("train", recipe, "--dataset", f"folder:{images}", "--steps=2"),
        *(f"--set={setting}" for setting in (*small, "discriminator.hidden=[8]", *settings)),
        *("--device=cpu", f"--out={out}"),
    )
    return out


@pytest.fixture(scope="module")
def encoding(tmp_path_factory: pytest.TempPathFactory, images: Path) -> Path:
    out = tmp_path_factory.mktemp("encoding") / "run"
    encoder = ("networks.encoder.width=2", "networks.encoder.hidden=[8]")
    return trained("vae-gan", images, out, *encoder)


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory, images: Path) -> Path:
    return trained("infogan", images, tmp_path_factory.mktemp("coded") / "run")


def test_real_samples_are_drawn_with_their_reconstructions(
    ganzoo: Ganzoo, encoding: Path, tmp_path: Path
) -> None:
    run = Path(shutil.copytree(encoding, tmp_path / "run"))
    path = Path(ganzoo("reconstruct", run, "-n", 4).stdout.strip())
    assert path == run / "reconstruct-seed0.png"
    assert Image.open(path).size == (2 * (2 * 8 + 1) + 3 * 4, 2 * 8 + 3 * 4)  # 2 rows of 2 pairs
    said = ganzoo("reconstruct", run, "--count=3", "--seed=2", "--json", "--out=a.npy").stdout
    assert json.loads(said) == {"path": "a.npy"}
    assert np.load("a.npy").shape == (3, 1, 8, 8)


def test_the_real_samples_are_of_the_test_split(monkeypatch, encoding: Path) -> None:
    """Other splits may have images of the training, as the rest beyond a limit has."""
    splits = {
        name: library.Data(torch.full((9, 1, 8, 8), value, dtype=torch.uint8))
        for name, value in (("train", 1), ("test", 2), ("rest", 3))
    }
    monkeypatch.setattr("ganzoo.evaluation.evaluate.data_of", lambda *given: splits)
    x, _ = _held_out(str(encoding), 4, 0, library.Registry.discover(), None, None)
    assert x.unique().tolist() == [2]
    del splits["test"]
    x, _ = _held_out(str(encoding), 4, 0, library.Registry.discover(), None, None)
    assert x.unique().tolist() == [1]


def test_images_are_reconstructed_with_their_labels(
    ganzoo: Ganzoo, images: Path, tmp_path: Path
) -> None:
    for kind in ("cats", "dogs"):
        shutil.copytree(images, tmp_path / "data" / kind)
    run = trained(
        *("vae-gan", tmp_path / "data", tmp_path / "run", 'game+=["concatenated-labels"]'),
        *("networks.encoder.width=2", "networks.encoder.hidden=[8]"),
    )
    one = ("--images", images, "--out=one.npy")
    said = ganzoo("reconstruct", run, *one, code=2).output
    assert "draws samples by their labels: name the class of the images, with --label." in said
    assert not Path("one.npy").exists()
    ganzoo("reconstruct", run, *one, "--label=dogs")
    dogs = torch.ones(20, dtype=torch.int64)
    assert np.array_equal(np.load("one.npy"), library.load(run).reconstruct(images, dogs).numpy())
    said = ganzoo("reconstruct", run, "--images", images, "--label=dogs").stdout
    assert Path(said.strip()).name == "reconstruct-label1-seed0.png"  # a file for each class
    ganzoo("reconstruct", run, "-n", 4)
    said = ganzoo("reconstruct", run, "--label=dogs", code=2).output
    assert "--label is the class of the images of --images, which is not given." in said


@pytest.mark.parametrize("name", ["pairs.csv", "pairs", "pairs.gif"])
def test_pairs_are_written_in_no_other_format(ganzoo: Ganzoo, encoding: Path, name: str) -> None:
    said = ganzoo("reconstruct", encoding, f"--out={name}", code=1).output
    assert "written as .png, .jpg, .jpeg, .webp, or the reconstructions as .npy" in said
    assert [*Path().iterdir()] == []


def test_given_images_are_reconstructed_as_in_python(
    ganzoo: Ganzoo, encoding: Path, images: Path
) -> None:
    ganzoo("reconstruct", encoding, "--images", images, "--out=all.npy")
    generator = library.load(encoding)
    z = generator.encode(images)
    assert z.shape == (20, generator.game.prior.dim)
    assert np.array_equal(np.load("all.npy"), generator.reconstruct(images).numpy())
    assert np.array_equal(np.load("all.npy"), generator.sample(z=z).numpy())


def test_a_run_without_an_encoder_is_refused(ganzoo: Ganzoo, coded: Path) -> None:
    said = ganzoo("reconstruct", coded, code=2).output
    assert "The game 'standard' has no encoder, so samples cannot be encoded." in said
    assert "Recipes with an encoder: aae, alice, bigan" in said
    assert "infogan" not in said.partition("Recipes with")[2]
    assert [*Path().iterdir()] == []


def test_a_faulty_recipe_of_another_plugin_hides_no_recipe_with_an_encoder(
    ganzoo: Ganzoo, coded: Path, tmp_path: Path
) -> None:
    plugin = tmp_path / "faulty.py"
    plugin.write_text(
        "from ganzoo import Variant, hookimpl\n\n\n"
        "@hookimpl\n"
        "def ganzoo_register(registry):\n"
        '    registry.recipe(Variant(name="faulty", of="no-such-recipe", changes={}))\n'
    )
    said = ganzoo("reconstruct", coded, "--plugin", plugin, code=2).output
    assert "Recipes with an encoder: aae, alice, bigan" in said


def test_a_code_takes_its_values_in_the_columns(
    ganzoo: Ganzoo, coded: Path, tmp_path: Path
) -> None:
    run = Path(shutil.copytree(coded, tmp_path / "run"))
    path = Path(ganzoo("interpolate", run, "--code=category", "--rows=3").stdout.strip())
    assert path == run / "interpolate-code-category-seed0.png"
    assert Image.open(path).size == (10 * 10 + 2, 3 * 10 + 2)
    ganzoo("interpolate", run, "--code=c1", "--columns=5", "--rows=2", "--out=c1.npy")
    generator = library.load(run)
    expected = [generator.sample(2, given={"c1": value})[1] for value in (-1, -0.5, 0, 0.5, 1)]
    assert np.allclose(np.load("c1.npy")[5:], np.stack(expected), atol=1e-6)


NO_NUMBERS = {  # each with its form in the sentence
    "abc": "'abc'",
    "nan": "'nan'",
    "1e39": "1e+39",
    "true": "True",
    "[1,2]": "[1, 2]",
    "file.npy": "an array of shape (3,)",
}


@pytest.mark.parametrize("value", NO_NUMBERS)
@pytest.mark.parametrize("name", ["c1", "category"])
def test_a_code_takes_a_number(ganzoo: Ganzoo, coded: Path, name: str, value: str) -> None:
    if value == "file.npy":
        np.save(value, np.zeros(3))
    before = [*Path().iterdir()]
    output = ganzoo("sample", coded, f"--given={name}={value}", "--out=x.png", code=2).output
    said = " ".join(output.split())
    assert f"The code '{name}' takes one finite number, and not {NO_NUMBERS[value]}; " in said
    assert f"draws it from {'-1 to 1' if name == 'c1' else '0 to 9'}." in said
    assert [*Path().iterdir()] == before


def test_a_number_of_torch_or_numpy_is_a_number(coded: Path) -> None:
    generator = library.load(coded)
    expected = generator.sample(2, given={"c1": 0.5})
    for value in (torch.tensor(0.5), np.float32(0.5), np.array(0.5)):
        assert torch.equal(generator.sample(2, given={"c1": value}), expected)


def test_an_unknown_code_is_an_error_with_the_known_ones(ganzoo: Ganzoo, coded: Path) -> None:
    said = ganzoo("interpolate", coded, "--code=categry", code=2).output
    assert "has no code 'categry'" in said
    assert "category" in said
    said = ganzoo("interpolate", coded, "--code=c1", "--method=slerp", code=2).output
    assert "give no direction or method" in said
