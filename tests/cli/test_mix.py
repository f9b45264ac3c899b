"""``ganzoo mix``: a table of mixed styles."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import ganzoo as library

from .conftest import Ganzoo, ganzoo_command


@pytest.fixture(scope="module")
def styled(tmp_path_factory: pytest.TempPathFactory, images: Path) -> Path:
    """A run of StyleGAN2 on images of 8 x 8, with four layers of styles. To be left as it is."""
    path = tmp_path_factory.mktemp("styled") / "run"
    small = ("generator.width=2", "generator.w_dim=8", "discriminator.width=2", "batch_size=4")
    ganzoo_command(
        *("train", "stylegan2-small", "--dataset", f"folder:{images}", "--steps=2"),
        *(f"--set={setting}" for setting in small),
        *("--device=cpu", f"--out={path}"),
    )
    return path


@pytest.fixture
def run(styled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(styled, tmp_path / "run"))


def test_the_table_is_drawn_into_the_run(ganzoo: Ganzoo, run: Path) -> None:
    path = Path(ganzoo("mix", run).stdout.strip())
    assert path == run / "mix-seed0.png"
    assert Image.open(path).size == (7 * 10 + 2, 5 * 10 + 2)  # 6 columns, 4 rows, and the edges


def test_rows_columns_layers_and_a_seed_are_chosen(ganzoo: Ganzoo, run: Path) -> None:
    asked = ("mix", run, "--rows=2", "--columns=3", "--layers=2-3", "--seed=5")
    path = Path(ganzoo(*asked).stdout.strip())
    assert path.name == "mix-layers2-3-seed5.png"
    assert Image.open(path).size == (4 * 10 + 2, 3 * 10 + 2)
    ganzoo(*asked, "--out=table.npy")
    expected = library.load(run).mix(2, 3, layers=(2, 3), seed=5).numpy()
    assert np.array_equal(np.load("table.npy"), expected)
    ganzoo("mix", run, "--layers=3", "--out=one.npy")
    assert np.array_equal(np.load("one.npy"), library.load(run).mix(layers=(3, 3)).numpy())


def test_the_output_is_the_path_alone(ganzoo: Ganzoo, run: Path) -> None:
    assert ganzoo("mix", run, "--quiet", "--out=a.png").stdout == "a.png\n"
    assert json.loads(ganzoo("mix", run, "--json", "--out=a.webp").stdout) == {"path": "a.webp"}
    assert Image.open("a.webp").format == "WEBP"
    ganzoo("mix", run, "--rows=1", "--columns=1", "--out=singles")
    assert len(list(Path("singles").iterdir())) == 4


def test_the_generators_file_alone_is_enough(ganzoo: Ganzoo, styled: Path) -> None:
    shutil.copy(styled / "generator.safetensors", "shared.safetensors")
    assert Path(ganzoo("mix", "shared.safetensors").stdout.strip()) == Path("mix-seed0.png")


def test_layers_that_are_not_there_are_told(ganzoo: Ganzoo, run: Path) -> None:
    said = ganzoo("mix", run, "--layers=3-9", code=2).stderr
    assert "has 4 layers of styles, from 1, the coarsest, to 4; there are no layers 3-9." in said


def test_samples_of_a_run_with_styles_are_truncated(ganzoo: Ganzoo, run: Path) -> None:
    trained = library.load(run)
    ganzoo("sample", run, "-n5", "--truncation=0.5", "--out=near.npy")
    assert np.array_equal(np.load("near.npy"), trained.sample(5, truncation=0.5).numpy())
    styles, mean = trained.game.styles(trained.noise(5)), trained.game.generator.mean_style()
    expected = trained.game.synthesise((styles + mean) / 2)
    assert np.allclose(np.load("near.npy"), expected.detach().numpy(), atol=1e-6)
