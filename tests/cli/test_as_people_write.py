"""Files, paths and numbers as people write them, and consoles that cannot show every character."""

from __future__ import annotations

import codecs
import json
import os
import subprocess
import time
from pathlib import Path

import pytest

import ganzoo as library

from .conftest import Ganzoo
from .test_process import GANZOO
from .tools import NETWORKS, TINY, config_of, settings, tiny, write_images


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mine.toml", codecs.BOM_UTF8 + b"samples = 7"),
        ("mine.json", codecs.BOM_UTF8 + b'{"samples": 7}'),
        ("MINE.JSON", b'{"samples": 7}'),
    ],
)
def test_a_config_file_may_begin_with_a_mark_and_have_any_case(
    ganzoo: Ganzoo, name: str, content: bytes
) -> None:
    Path(name).write_bytes(content)
    ganzoo("train", "mixture", "--steps=1", "--out=r", f"--config={name}", "-q")
    assert config_of(Path("r"))["recipe"]["samples"] == 7


@pytest.mark.parametrize(("text", "number"), [(".001", 0.001), ("1.", 1.0), ("-.5e1", -5.0)])
def test_a_number_needs_no_zero_before_its_point(text: str, number: float) -> None:
    from ganzoo.assembly.settings import parse_setting

    assert parse_setting(f"a.b={text}") == ("a.b", number)


def test_the_home_folder_is_meant_everywhere(
    ganzoo: Ganzoo, images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    (home / "mine.toml").write_text("samples = 7")
    (home / "mine.py").write_text("")
    named = ["--out=~/r", "--config=~/mine.toml", "--plugin=~/mine.py"]
    ganzoo(*[word for word in tiny(images, steps=2) if "samples" not in word], *named)
    assert config_of(home / "r")["recipe"]["samples"] == 7
    ganzoo("resume", "~/r", "--steps=3")
    ganzoo("sample", "~/r", "--out=~/grid.png")
    assert (home / "grid.png").is_file()
    library.train("mixture", steps=1, out="~/s", config="~/mine.toml", plugins=["~/mine.py"])
    assert library.load("~/s").sample(2).shape == (2, 2)
    assert library.Run.open("~/s").path == home / "s"
    assert not Path("~").exists()


@pytest.mark.parametrize("how", ["config", "set"])
def test_the_path_of_a_dataset_is_kept_absolute(
    ganzoo: Ganzoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    write_images(Path("images"))
    Path("mine.toml").write_text('[dataset]\nname = "folder"\npath = "images"')
    asked = {
        "config": ["--config=mine.toml"],
        "set": ["--dataset=folder:elsewhere", "--set=dataset.path=images"],
    }
    words = [word for word in tiny(Path(), steps=1, out="r") if not word.startswith("--dataset")]
    ganzoo(*words, *asked[how])
    run = Path("r").absolute()
    monkeypatch.chdir(tmp_path)
    ganzoo("resume", run, "--steps=2")
    assert config_of(run)["recipe"]["dataset"]["path"] == str(tmp_path / "here" / "images")


def test_a_million_epochs_are_counted_at_once() -> None:
    from ganzoo.training.request import steps_of

    class Twice:
        def updates(self, step: int) -> list[tuple[str, ...]]:
            return [("d",)] * (5 if step <= 25 else 2)

        def reads(self, players: tuple[str, ...]) -> bool:
            return "d" in players

    recipe = library.Registry.discover().recipe("mixture").replace(batch_size=10)
    began = time.monotonic()
    batches = 1_000_000 * 100_000 // 10
    assert steps_of(1_000_000, 100_000, recipe, Twice()) == 25 + (batches - 125 + 1) // 2
    assert steps_of(1, 100, recipe, Twice()) == 2  # ten batches, five a step
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_characters_that_the_console_lacks_are_replaced(
    trained: Path, tmp_path: Path, encoding: str
) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    for words in (
        ["list"],
        ["train", "mixture", "--steps=1", "--out=r"],
        ["evaluate", "r", "--metric=modes", "-n50", "--repeats=2"],
    ):
        done = subprocess.run([*GANZOO, *words], capture_output=True, env=environment, check=False)
        assert done.returncode == 0, done.stderr
        assert b"Error" not in done.stderr
    assert b"? " in done.stdout  # instead of an arrow


@pytest.mark.skipif(os.name != "posix", reason="names of files are text elsewhere")
def test_a_folder_whose_name_is_no_utf_8(ganzoo: Ganzoo) -> None:
    folder = Path(os.fsdecode(b"caf\xe9"))
    write_images(folder, count=8)
    ganzoo(*tiny(folder, steps=1, out="r"))
    assert "\n# vanilla-mlp on caf?" in Path("r/README.md").read_text(encoding="utf-8")
    ganzoo("resume", "r", "--steps=2")


# -- a run that goes on otherwise -----------------------------------------------------------------


def test_a_run_goes_on_with_other_settings_and_says_so(ganzoo: Ganzoo, run: Path) -> None:
    changes = ["--set=optimizer.g.lr=.001", "--set=log_every=1"]
    ganzoo("resume", run, "--steps=25", *changes)
    config = config_of(run)
    assert config["recipe"]["optimizer"]["g"]["lr"] == 0.001
    changed = {"optimizer.g.lr": 0.001, "log_every": 1}
    assert config["resumed"] == [{"step": 20, "to": 25, "set": changed, "world_size": 1}]
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines[-5:]] == [21, 22, 23, 24, 25]
    assert lines[-1]["lr_g"] == 0.001
    assert lines[-1]["lr_d"] == 0.002


def test_a_schedule_that_is_set_later_is_fixed_to_steps(ganzoo: Ganzoo, run: Path) -> None:
    table = '{"schedule": "linear", "start": 1e-3, "end": 0, "since": 20}'
    ganzoo("resume", run, "--steps=40", f"--set=optimizer.g.lr={table}")
    found = config_of(run)["recipe"]["optimizer"]["g"]["lr"]
    assert (found["since"], found["until"]) == (20, 40)


def test_the_options_of_a_penalty_may_change(ganzoo: Ganzoo, images: Path) -> None:
    ganzoo(*tiny(images, steps=2, out="r", penalty="r1"))
    ganzoo("resume", "r", "--steps=3", "--set=penalties.r1.gamma=2")
    (penalty,) = config_of(Path("r"))["recipe"]["penalties"]
    assert penalty["gamma"] == 2


def test_the_way_out_of_a_divergence_leads_out(ganzoo: Ganzoo) -> None:
    rate = {"schedule": "linear", "start": 1e-3, "since": 20, "until": 40, "end": 1e30}
    words = settings(log_every=5, checkpoint_every=20)
    words += [f"--set=optimizer.{p}=sgd" for p in "dg"]
    words += [f"--set=optimizer.{p}.lr={json.dumps(rate)}" for p in "dg"]
    error = ganzoo("train", "mixture", "--steps=60", "--out=my run", *words, code=1).stderr
    assert "ganzoo resume '" in error
    assert "--set optimizer.d.lr=... --set optimizer.g.lr=..." in error
    assert "diverged" in ganzoo("resume", "my run", code=1).stderr
    lower = [f"--set=optimizer.{p}.lr=1e-3" for p in "dg"]
    ganzoo("resume", "my run", *lower)


def test_images_that_have_moved_are_named_by_their_new_place(
    ganzoo: Ganzoo, tmp_path: Path
) -> None:
    images = write_images(tmp_path / "pets", count=120)
    ganzoo(*tiny(images, steps=2, out="r"))
    images = images.rename(tmp_path / "animals")
    for words in (("resume", "r", "--steps=4"), ("nearest", "r", "-n2"), ("evaluate", "r")):
        error = ganzoo(*words, code=1).stderr
        assert f"{tmp_path / 'pets'} does not exist" in error
        assert "--dataset folder:PATH" in error
    place = f"--dataset=folder:{images}"
    ganzoo("nearest", "r", "-n2", place)
    error = ganzoo("evaluate", "r", "--metric=nearest", "-n100", place, code=2).stderr
    assert "most of the real samples are training images" in error  # which were read
    ganzoo("resume", "r", "--steps=4", place)
    assert config_of(Path("r"))["recipe"]["dataset"]["path"] == str(images)
    ganzoo("resume", "r", "--steps=6")  # it knows the place now
    other = write_images(tmp_path / "other", count=5)
    error = ganzoo("resume", "r", "--steps=8", f"--dataset=folder:{other}", code=1).stderr
    assert "differs from the data that" in error
    assert "--dataset folder:PATH" in error


def test_without_inception_the_other_metrics_are_computed(
    ganzoo: Ganzoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    images = write_images(tmp_path / "colour" / "train", count=240, mode="RGB").parent
    (images / "test").mkdir()
    for image in sorted((images / "train").iterdir())[:120]:
        image.rename(images / "test" / image.name)
    library.train("vanilla-mlp", steps=1, out="r", dataset=f"folder:{images}", set=TINY, **NETWORKS)
    monkeypatch.setitem(sys.modules, "torch_fidelity.feature_extractor_inceptionv3", None)
    result = ganzoo("evaluate", "r", "-n100", "--repeats=1", "--quiet")
    assert "nearest" in result.stdout
    assert "Warning: Left out: " in result.stderr
    assert "ganzoo[inception]" in result.stderr
    assert "ganzoo[inception]" in ganzoo("evaluate", "r", "--metric=fid", "-q", code=1).stderr
