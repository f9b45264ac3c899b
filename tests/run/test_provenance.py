"""A run never names code to run: its plugin files are used only where the caller names them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

import ganzoo
from ganzoo import Data, GanzooError, Part, Registry
from ganzoo.recipe import to_dict
from ganzoo.run.provenance import check_data, check_place

PRIOR = """
from pathlib import Path

from ganzoo import Batch, NoisePrior, register

Path(__file__).with_name("ran").touch()


@register("prior", "flat")
class Flat(NoisePrior):
    \"\"\"Uniform.\"\"\"

    dim = 3

    def draw(self, n, *, device, generator=None):
        import torch

        return Batch(z=torch.rand(n, 3, device=device, generator=generator))
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "flat.py"
    path.write_text(PRIOR)
    return path


@pytest.fixture
def run(file: Path, tmp_path: Path) -> ganzoo.Run:
    from PIL import Image

    (tmp_path / "images").mkdir()
    Image.new("L", (4, 4), 200).save(tmp_path / "images" / "a.png")
    run = ganzoo.train(
        dataset=f"folder:{tmp_path / 'images'}",
        prior="flat",
        plugins=[file],
        steps=2,
        set={"generator.hidden": [4], "discriminator.hidden": [4], "batch_size": 2, "samples": 2},
        out=tmp_path / "run",
    )
    (tmp_path / "ran").unlink()
    return run


AGAIN = {"load": ganzoo.load, "resume": lambda run, **more: ganzoo.resume(run, steps=3, **more)}


@pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN)
def test_a_run_whose_file_is_not_named_says_which_and_runs_nothing(
    run, tmp_path: Path, file, again
) -> None:
    said = rf"prior 'flat' comes from plugin 'flat'.*It was the file {file}: .*--plugin {file}"
    with pytest.raises(GanzooError, match=said):
        again(ganzoo.Run.open(run.path))
    assert not (tmp_path / "ran").exists()


def test_a_run_goes_on_with_its_file_named(run, file) -> None:
    assert ganzoo.load(run, plugins=[file]).sample(2).shape == (2, 1, 4, 4)
    assert ganzoo.resume(run, steps=3, plugins=[file]).metrics()[-1]["step"] == 3


def test_a_generator_on_its_own_runs_no_file_that_it_names(run, tmp_path: Path, file) -> None:
    alone = Path(shutil.copy(run.generator, tmp_path / "alone.safetensors"))
    with pytest.raises(GanzooError, match=r"prior 'flat' comes from plugin 'flat'"):
        ganzoo.load(alone)
    assert not (tmp_path / "ran").exists()
    assert ganzoo.load(alone, plugins=[file]).sample(1).shape == (1, 1, 4, 4)


def test_a_damaged_recipe_is_an_error(run) -> None:
    config = json.loads((run.path / "config.json").read_text())
    config["recipe"] = {"name": "x"}
    (run.path / "config.json").write_text(json.dumps(config))
    with pytest.raises(GanzooError, match="recipe in this run's configuration is damaged"):
        ganzoo.resume(run.path)


def test_the_data_of_a_run_may_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    recipe = Registry.discover().recipe("vanilla-mlp")
    recipe = recipe.replace(dataset=Part("table", {"path": str(path)}))
    config = {"recipe": to_dict(recipe), "dataset": {"checksum": "1"}}
    run = SimpleNamespace(path=tmp_path / "run", config=config)
    with pytest.raises(GanzooError) as gone:
        check_place(run, recipe)
    assert "was read from there. If it has moved, give its new path" in str(gone.value)
    with pytest.raises(GanzooError) as other:
        check_data(run, Data(torch.zeros(2, 2), source=str(path), checksum="2"))
    assert str(other.value).endswith("Name the right data with --dataset table:PATH.")
    assert "folder" not in str(gone.value) + str(other.value)
