"""``--json`` and ``--quiet`` of the commands that change files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ganzoo.data import decoded

from .conftest import Ganzoo
from .tools import write_images


def test_a_new_plugin(ganzoo: Ganzoo) -> None:
    assert ganzoo("new", "my-loss", "--quiet").stdout == "my-loss\n"
    about = json.loads(ganzoo("new", "my-prior", "--kind=prior", "--json").stdout)
    assert about["path"] == "my-prior"
    assert Path(about["component"]).is_file()
    assert about["next"][0] == "cd my-prior"
    error = ganzoo("new", "my-thing", "--kind=lose", code=2).stderr
    assert "There is no kind 'lose'. Did you mean 'loss'" in error


def test_the_splits_of_a_dataset(ganzoo: Ganzoo, images: Path) -> None:
    name = f"folder:{images}"
    splits = json.loads(ganzoo("data", "verify", name, "--json").stdout)
    assert splits[0]["dataset"] == "folder"
    assert splits[0]["split"] == "train"
    assert splits[0]["shape"] == [20, 1, 8, 8]
    assert json.loads(ganzoo("data", "fetch", name, "--json").stdout) == splits
    for command in ("verify", "fetch"):
        assert ganzoo("data", command, name, "--quiet").stdout == ""


def test_a_cleared_cache(ganzoo: Ganzoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoded, "SLOW", 0.0)
    photos = write_images(tmp_path / "photos", count=3)
    ganzoo("data", "verify", f"folder:{photos}")
    about = json.loads(ganzoo("data", "clear", "--json").stdout)
    assert about["freed_bytes"] > 0
    assert about["folders"] == [str(photos)]
    assert json.loads(ganzoo("data", "clear", "--json").stdout) == {"freed_bytes": 0, "folders": []}
    assert ganzoo("data", "clear", "-q").stdout == ""


def test_a_quiet_check_prints_findings_only(ganzoo: Ganzoo) -> None:
    assert ganzoo("check", "dragan", "--quiet").stdout == ""
