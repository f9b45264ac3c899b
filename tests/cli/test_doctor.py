"""``ganzoo doctor``: what an installation can do."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path

import torch

import ganzoo as library

from .conftest import Ganzoo


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
    assert any("vanilla-mlp" in plugin for plugin in told["plugins"])


def test_version_is_that_of_the_package(ganzoo: Ganzoo) -> None:
    assert ganzoo("--version").stdout == f"ganzoo, version {library.__version__}\n"


def test_doctor_makes_nothing(ganzoo: Ganzoo, tmp_path: Path) -> None:
    ganzoo("doctor")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["here"]
