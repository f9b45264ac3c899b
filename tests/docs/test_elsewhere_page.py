"""The program of the page on exported generators draws samples, without ganzoo."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import ganzoo

from ..toy import TOY, ToyPlugin, registry_of
from .pages import DOCS, blocks


def test_the_python_program_draws_a_row_of_samples(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    registry = registry_of(toy=ToyPlugin())
    run = ganzoo.train(TOY, steps=2, out=tmp_path / "run", device="cpu", registry=registry)
    ganzoo.export(run, "onnx", out=tmp_path / "exported.onnx", registry=registry)
    (program,) = [b for b in blocks(DOCS / "elsewhere.md") if b.title == "draw.py"]
    assert "ganzoo import" not in program.text
    (tmp_path / "draw.py").write_text(program.text, encoding="utf-8")
    subprocess.run([sys.executable, "draw.py"], cwd=tmp_path, check=True)
    assert Image.open(tmp_path / "samples.png").size == (16 * 4, 4)
