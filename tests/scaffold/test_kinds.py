"""What ``ganzoo new`` writes installs, passes its own tests and lint, and trains: untouched, for
every kind."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ganzoo.registry.kinds import KINDS
from ganzoo.scaffold.example import EXAMPLES
from ganzoo.scaffold.name import LONGEST
from ganzoo.scaffold.write import TEMPLATES, try_it, write

from ..isolation.place import Place

ROOT = Path(__file__).parents[2]
TINY = "--steps=2 --batch-size=4 --set=dataset.count=8 --quiet"
# Runs every command line given, in one process: torch takes seconds to import.
RUN = """
import shlex, sys
from ganzoo.cli import zoo

for line in sys.argv[1:]:
    print("$", line, flush=True)
    zoo(shlex.split(line)[1:], standalone_mode=False)
"""


def name_of(kind: str) -> str:
    return f"try-{kind}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A new plugin of each kind, all of them installed in one place."""
    place = Place(tmp_path_factory.mktemp("kinds"))
    place.pip(*(write(name_of(kind), kind, place.folder) for kind in KINDS))
    return place


def test_each_installs_and_registers_its_component_under_its_name(place: Place) -> None:
    plugins = place.plugins()
    for kind in KINDS:
        about = plugins[name_of(kind)]
        assert (about["state"], about["reason"], about["notes"]) == ("loaded", "", [])
        assert f"{kind}/{name_of(kind)}" in about["components"]
        assert about["version"] == "0.1.0"


def test_each_passes_its_own_tests(place: Place) -> None:
    folders = [str(place.folder / name_of(kind) / "tests") for kind in KINDS]
    (place.folder / "pytest.ini").touch()  # so that all are one session's
    options = ["-q", "-rA", "-p", "no:cacheprovider", "--import-mode=importlib", "-c", "pytest.ini"]
    done = place.python("-m", "pytest", *options, *folders)
    assert done.code == 0, done.out
    for kind in KINDS:
        assert f"PASSED {name_of(kind)}/tests/test_{kind}.py::" in done.out
        assert f"PASSED {name_of(kind)}/tests/test_conformance.py::" in done.out


def test_each_trains_by_the_command_that_new_prints(place: Place) -> None:
    lines = {kind: try_it(name_of(kind), kind) for kind in KINDS}
    for kind, line in lines.items():
        if "ganzoo train" in line:
            assert "--steps 500" in line
            dataset = "" if kind == "dataset" else f"--dataset={name_of('dataset')}"
            lines[kind] = f"{line} {dataset} {TINY} --out={kind}-run"
        elif "ganzoo evaluate" in line:  # on a run that was trained before
            lines[kind] = f"{line.replace('RUN', 'recipe-run')} -n 50 --repeats 1 --device=cpu"
    done = place.python("-c", RUN, *lines.values())
    assert done.code == 0, done.err
    for kind, line in lines.items():
        assert f"$ {line}\n" in done.out
        trained = (place.folder / f"{kind}-run" / "generator.safetensors").is_file()
        assert trained is ("ganzoo train" in line)
    evaluated = [kind for kind, line in lines.items() if "ganzoo evaluate" in line]
    assert evaluated == ["features", "metric"]
    assert [kind for kind, line in lines.items() if "ganzoo show" in line] == ["view"]


@pytest.mark.parametrize("length", ["short", "long"])
def test_each_is_clean_by_ruffs_defaults(length: str, tmp_path: Path) -> None:
    for kind in KINDS:
        (tmp_path / kind).mkdir()
        write("a" if length == "short" else f"{kind:x<{LONGEST}}", kind, tmp_path / kind)
    for command in ("check", "format --check"):
        ruff = [sys.executable, "-m", "ruff", *command.split(), "--no-cache", str(tmp_path)]
        done = subprocess.run(ruff, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_the_templates_and_the_examples_are_in_the_wheel(tmp_path: Path) -> None:
    build = [
        sys.executable,
        "-m",
        "hatchling",
        "build",
        "--target=wheel",
        f"--directory={tmp_path}",
    ]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    shipped = set(zipfile.ZipFile(wheel).namelist())
    folders = (TEMPLATES, EXAMPLES)
    templates = {path.relative_to(ROOT).as_posix() for f in folders for path in f.rglob("*.*")}
    templates = {path for path in templates if "__pycache__" not in path and "_cache" not in path}
    assert {path for path in templates if (ROOT / path).is_file()} <= shipped
