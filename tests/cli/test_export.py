"""``ganzoo export``: the file, and the lines that say how to use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

import ganzoo as library

from .conftest import Ganzoo
from .tools import snapshot


def test_export_says_where_the_file_is_and_what_it_takes(ganzoo: Ganzoo, run: Path) -> None:
    before = snapshot(run)
    said = ganzoo("export", run, "--format=torchscript").stdout.splitlines()
    assert said[0] == str(run / "exported.pt")
    assert said[1].startswith("  input z: (n, ")
    assert "checked" in said[2]
    trained = library.load(run)
    z = trained.noise(3).z
    torch.testing.assert_close(torch.jit.load(said[0])(z), trained.sample(z=z))
    Path(said[0]).unlink()
    assert snapshot(run) == before


def test_json_and_quiet(ganzoo: Ganzoo, run: Path) -> None:
    plain = json.loads(ganzoo("export", run, "--format=safetensors", "--half", "--json").stdout)
    assert plain["path"] == str(run / "exported-half.safetensors")
    assert [*plain["inputs"]] == ["z"]
    assert plain["difference"] <= 1e-4
    assert 0 < plain["rounding"] < 0.1
    said = ganzoo("export", run, "--format=torchscript", "--out=a.pt", "--quiet").stdout
    assert said == "a.pt\n"


def test_an_exported_file_can_be_drawn_from(ganzoo: Ganzoo, run: Path) -> None:
    ganzoo("export", run, "--format=safetensors", "--weights=raw", "--out=raw.safetensors")
    ganzoo("sample", "raw.safetensors", "-n4", "--out=a.npy")
    ganzoo("sample", run, "--weights=raw", "-n4", "--out=b.npy")
    assert Path("a.npy").read_bytes() == Path("b.npy").read_bytes()


@pytest.mark.parametrize("name", ["generator.safetensors", "checkpoints/step-000020.safetensors"])
def test_a_file_of_a_run_is_not_overwritten(ganzoo: Ganzoo, run: Path, name: str) -> None:
    Path("config.json").write_text("{}")  # a folder that is no run
    ganzoo("export", run, "--format=safetensors", "--out=generator.safetensors")
    before = snapshot(run)
    said = ganzoo("export", run, "--format=safetensors", f"--out={run / name}", code=2).output
    assert "Choose another name with --out" in " ".join(said.split())
    assert snapshot(run) == before
