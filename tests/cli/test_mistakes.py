"""Bad input: one sentence that says what to do, the right exit code, and nothing left behind."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from .conftest import Ganzoo
from .mistakes import ERRORS, USAGE, command, make_world
from .tools import snapshot

TABLE = [(line, 2, fix) for line, fix in USAGE.items()]
TABLE += [(line, 1, fix) for line, fix in ERRORS.items()]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, trained: Path) -> Path:
    return make_world(tmp_path_factory.mktemp("mistakes") / "world", trained)


@pytest.fixture(scope="session")
def before(world: Path) -> dict[str, str]:
    return snapshot(world)


@pytest.mark.parametrize(("line", "code", "fix"), TABLE, ids=[line for line, *_ in TABLE])
def test_a_mistake_is_told_in_a_sentence(
    ganzoo: Ganzoo,
    world: Path,
    before: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    line: str,
    code: int,
    fix: str,
) -> None:
    monkeypatch.chdir(world)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # of the plugin files
    result = ganzoo(*command(line), code=code)
    *others, error = result.stderr.splitlines()
    assert error.startswith("Error: ")
    assert fix in error
    assert error == error.strip()
    assert not any(other.startswith("Error: ") for other in others)
    assert "Traceback" not in result.stderr
    assert "should have been a clearer message" not in error
    if code == 1:
        assert others == []
    assert result.stdout == ""
    assert snapshot(world) == before


@pytest.mark.parametrize("line", ["TRAIN --out=locked/r", "sample run --out=locked/grid.png"])
def test_a_place_that_may_not_be_written_to(
    ganzoo: Ganzoo, tmp_path: Path, trained: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    world = make_world(tmp_path / "world", trained)
    (world / "locked").mkdir(mode=0o500)
    if os.access(world / "locked", os.W_OK):
        pytest.skip("root may write everywhere")
    before = snapshot(world)
    monkeypatch.chdir(world)
    result = ganzoo(*command(line), code=1)
    assert "Permission denied. Choose another place with --out." in result.stderr
    assert snapshot(world) == before
