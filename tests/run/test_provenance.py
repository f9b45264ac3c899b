"""What a run says it was made with is run only where it is beyond doubt."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import ganzoo
from ganzoo import GanzooError

PRIOR = """
from pathlib import Path

from ganzoo import NoisePrior, Sample, register

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


def test_a_run_finds_its_file_again(run, tmp_path: Path) -> None:
    assert ganzoo.load(run).sample(2).shape == (2, 1, 4, 4)
    assert ganzoo.resume(run, steps=3).metrics()[-1]["step"] == 3


def test_a_generator_on_its_own_runs_no_file_that_it_names(run, tmp_path: Path, file) -> None:
    alone = Path(shutil.copy(run.generator, tmp_path / "alone.safetensors"))
    with pytest.raises(GanzooError, match=r"prior 'flat' comes from plugin 'flat'.*--plugin"):
        ganzoo.load(alone)
    assert not (tmp_path / "ran").exists()
    assert ganzoo.load(alone, plugins=[file]).sample(1).shape == (1, 1, 4, 4)


def test_a_file_that_has_changed_is_not_run(run, tmp_path: Path, file) -> None:
    file.write_text(PRIOR + "# mended")
    for again in (ganzoo.load, lambda run: ganzoo.resume(run, steps=3)):
        with (
            pytest.warns(UserWarning, match="gone or has changed, so it is not used"),
            pytest.raises(GanzooError, match=r"flat.py, which has changed since: name it with"),
        ):
            again(run)
    assert not (tmp_path / "ran").exists()
    assert ganzoo.resume(run, steps=3, plugins=[file]).metrics()[-1]["step"] == 3


def test_a_file_that_is_gone_is_asked_for(run, file) -> None:
    file.unlink()
    with (
        pytest.warns(UserWarning, match="gone or has changed, so it is not used"),
        pytest.raises(GanzooError, match=r"It was the file .*flat.py: name it with --plugin"),
    ):
        ganzoo.load(run)


def test_a_damaged_recipe_is_told(run) -> None:
    config = json.loads((run.path / "config.json").read_text())
    config["recipe"] = {"name": "x"}
    (run.path / "config.json").write_text(json.dumps(config))
    with pytest.raises(GanzooError, match="recipe in this run's configuration is damaged"):
        ganzoo.resume(run.path)
