"""``ganzoo doctor``: what an installation can do."""

from __future__ import annotations

import json
import os
import platform
import tomllib
from pathlib import Path

import pytest
import torch

import ganzoo as library
from ganzoo import extras
from ganzoo.cli import resources

from .conftest import Ganzoo

ROOT = Path(__file__).parents[2]


def test_doctor_says_that_all_is_well(ganzoo: Ganzoo) -> None:
    text = ganzoo("doctor").stdout
    assert text.rstrip().endswith("The installation has no fault.")
    for fact in (library.__version__, platform.python_version(), torch.__version__, "cpu"):
        assert fact in text


def test_doctor_json_says_the_same(ganzoo: Ganzoo) -> None:
    told = json.loads(ganzoo("doctor", "--json", "--data-dir=elsewhere").stdout)
    assert told["ganzoo"] == library.__version__
    assert told["torch"] == torch.__version__
    assert told["devices"][0] == "cpu"
    assert told["data directory"] == "elsewhere"
    assert told["cache folder"] == os.environ["GANZOO_CACHE"]
    assert told["faults"] == []
    states = {plugin["name"]: plugin["state"] for plugin in told["plugins"]}
    assert states["vanilla-mlp"] == "loaded"
    assert told["memory"]["total"] > 2**28
    assert told["free disk space"]["data"] > 0  # of the disk of a folder that does not exist


def test_doctor_tells_which_extras_are_installed_and_how_to_install_the_others(
    ganzoo: Ganzoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    requirements = [
        "click>=8.1",
        "pytest>=8; extra == 'here'",
        "pytest>=8; extra == 'half'",
        'no-such-package[x]<2,>=1; python_version > "3" and extra == "half"',
        "no-such-package; extra == 'dev'",
    ]
    monkeypatch.setattr(extras.metadata, "requires", lambda name: requirements)
    told = json.loads(ganzoo("doctor", "--json").stdout)["extras"]
    install = "pip install 'ganzoo[half]'"
    assert told[:2] == [
        {"name": "half", "installed": False, "install": install},
        {"name": "here", "installed": True, "install": "pip install 'ganzoo[here]'"},
    ]
    assert [each["name"] for each in told[2:]] == ["ffmpeg (for MP4)"]
    lines = ganzoo("doctor").stdout.splitlines()
    assert any(line.split(maxsplit=1) == ["half", install] for line in lines)
    assert any(line.split() == ["here", "installed"] for line in lines)


def test_the_extras_of_this_installation_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = sorted({*project["optional-dependencies"]} - {*extras.FOR_DEVELOPERS})
    assert [extra.name for extra in extras.extras()] == names


def test_doctor_fits_into_80_columns_where_no_word_is_longer(ganzoo: Ganzoo) -> None:
    for line in ganzoo("doctor").stdout.splitlines():
        assert len(line) <= 80 or " " not in line[18:], line


def test_a_system_that_tells_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(resources, "MEMINFO", tmp_path / "none")
    monkeypatch.delattr(os, "sysconf", raising=False)
    assert resources.memory() == {}


def test_version_is_that_of_the_package(ganzoo: Ganzoo) -> None:
    assert ganzoo("--version").stdout == f"ganzoo, version {library.__version__}\n"


def test_doctor_makes_nothing(ganzoo: Ganzoo, tmp_path: Path) -> None:
    ganzoo("doctor")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["here"]
