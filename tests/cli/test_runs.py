"""``ganzoo runs``, and the ways to name a run: its folder, its name in runs/, and latest."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ganzoo.cli import runs as module

from .conftest import Ganzoo
from .tools import config_of, tiny

SHORT = "2026-11-2{}T10:00:00Z"


@pytest.fixture
def three(trained: Path) -> list[Path]:
    """Runs a, b and c in runs/; b is the newest."""
    places = [Path(shutil.copytree(trained, f"runs/{name}")) for name in "abc"]
    for place, day in zip(places, (1, 3, 2), strict=True):
        config = config_of(place) | {"created": SHORT.format(day)}
        (place / "config.json").write_text(json.dumps(config))
    return places


def test_a_line_for_each_run_the_newest_first(ganzoo: Ganzoo, three: list[Path]) -> None:
    lines = [line.split("\t") for line in ganzoo("runs").stdout.splitlines()]
    assert [line[0] for line in lines] == ["runs/b", "runs/c", "runs/a"]
    _, date, about, steps, numbers = lines[0]
    assert date.startswith("2026-11-2")
    assert about == "vanilla-mlp on images"
    assert steps == "20/20 steps"
    assert numbers.startswith("loss D ")


def test_json_has_all_of_it(ganzoo: Ganzoo, three: list[Path]) -> None:
    first, *rest = json.loads(ganzoo("runs", "--json").stdout)
    assert (first["path"], first["step"], first["steps"]) == ("runs/b", 20, 20)
    assert first["date"] == SHORT.format(3)
    assert "loss_d" in first["numbers"]
    assert len(rest) == 2


def test_a_terminal_of_80_columns(
    ganzoo: Ganzoo, three: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal:
        isatty = staticmethod(lambda: True)

    config = config_of(three[0])
    config["recipe"]["name"] = "a-recipe-with-a-very-long-name-of-more-than-forty-letters"
    (three[0] / "config.json").write_text(json.dumps(config))
    monkeypatch.setattr(module, "sys", type("", (), {"stdout": Terminal}))
    monkeypatch.setenv("COLUMNS", "80")
    lines = ganzoo("runs").stdout.splitlines()
    assert lines[0] == "runs/b"
    assert "vanilla-mlp on images  20/20 steps  loss D" in lines[1]
    assert all(len(line) <= 80 for line in lines)


def test_another_folder_and_none(ganzoo: Ganzoo, run: Path) -> None:
    assert "There are no runs in runs." in ganzoo("runs").stdout
    assert json.loads(ganzoo("runs", "--json").stdout) == []
    assert ganzoo("runs", run.parent).stdout.startswith(f"{run}\t")
    assert "There is no folder nowhere" in ganzoo("runs", "nowhere", code=1).stderr


def test_latest_is_the_newest_run(ganzoo: Ganzoo, three: list[Path]) -> None:
    assert ganzoo("sample", "latest", "-n1").stdout == "runs/b/sample-seed0.png\n"
    assert ganzoo("animate", "latest", "-q").stdout == "runs/b/animation.gif\n"


def test_a_run_in_runs_is_named_without_its_folder(ganzoo: Ganzoo, three: list[Path]) -> None:
    assert ganzoo("sample", "c", "-n1").stdout == "runs/c/sample-seed0.png\n"


def test_a_path_goes_before_a_name(ganzoo: Ganzoo, three: list[Path], trained: Path) -> None:
    shutil.copytree(trained, "latest")
    assert ganzoo("sample", "latest", "-n1").stdout == "latest/sample-seed0.png\n"


def test_latest_without_any_run(ganzoo: Ganzoo) -> None:
    error = ganzoo("sample", "latest", code=1).stderr
    assert error == (
        "Error: There is no run in runs/ yet, so `latest` names none. To make one: "
        "ganzoo train RECIPE (`ganzoo list recipe` lists the recipes)\n"
    )


def test_an_unknown_run_is_answered_with_those_alike(ganzoo: Ganzoo, trained: Path) -> None:
    shutil.copytree(trained, "runs/dcgan-images-20261101-100000")
    shutil.copytree(trained, "runs/vanilla-mlp-images-20261102-100000")
    error = ganzoo("sample", "dcgan", code=1).stderr
    assert error.endswith("Did you mean runs/dcgan-images-20261101-100000?\n")
    error = ganzoo("sample", "vanila-mlp-images-20261102-100000", code=1).stderr
    assert "Did you mean runs/vanilla-mlp-images-20261102-100000" in error
    error = ganzoo("resume", "elsewhere/nothing", code=1).stderr
    assert "The newest runs: runs/" in error


def test_a_run_of_images_has_the_name_of_their_folder(ganzoo: Ganzoo, images: Path) -> None:
    odd = Path(shutil.copytree(images, "my photos (2)"))
    path = Path(ganzoo(*tiny(odd, steps=1), "-q").stdout.strip())
    assert path.name.startswith("vanilla-mlp-my_photos_2_-")
    card = (path / "README.md").read_text()
    assert "\n# vanilla-mlp on my photos (2)\n" in card
    assert "Data: folder my photos (2), split train," in card
