"""``ganzoo push``: its lines, and the question for the licence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Ganzoo


def test_a_dry_run_lists_files_and_sizes(ganzoo: Ganzoo, run: Path) -> None:
    lines = ganzoo("push", run, "ada/toy", "--licence=mit", "--dry-run").stdout.splitlines()
    size = (run / "generator.safetensors").stat().st_size
    assert any(line.split() == [f"{size:,}", "bytes", "generator.safetensors"] for line in lines)
    assert lines[-1] == "Licence: mit. Nothing was sent."


def test_json(ganzoo: Ganzoo, run: Path) -> None:
    words = ("push", run, "ada/toy", "--license=mit", "--private", "--dry-run", "--json")
    plain = json.loads(ganzoo(*words).stdout)
    assert (plain["url"], plain["licence"], plain["private"]) == (None, "mit", True)
    assert "config.json" in [file["path"] for file in plain["files"]]


def test_in_a_pipe_the_licence_is_not_asked_for(ganzoo: Ganzoo, run: Path) -> None:
    error = ganzoo("push", run, "ada/toy", "--dry-run", code=2).stderr
    assert "give one with --licence" in error


def test_on_a_terminal_it_is(ganzoo: Ganzoo, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def prompt(text: str, **options: object) -> str:
        asked.append(text)
        return "cc0-1.0"

    monkeypatch.setattr("ganzoo.cli.push.asked_here", lambda: True)
    monkeypatch.setattr("click.prompt", prompt)
    said = ganzoo("push", run, "ada/toy", "--dry-run").stdout
    assert said.splitlines()[-1] == "Licence: cc0-1.0. Nothing was sent."
    assert "Licence of the weights" in asked[0]
