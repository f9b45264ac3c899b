"""The head of the model card, which the Hugging Face Hub reads."""

from __future__ import annotations

from typing import Any

import pytest

from ganzoo import Run

from .metrics import Evaluate

yaml = pytest.importorskip("yaml")


def head(run: Run) -> dict[str, Any]:
    text = (run.path / "README.md").read_text(encoding="utf-8")
    start, front, rest = text.split("---\n", 2)
    assert start == ""
    assert rest.startswith("\n# ")
    found = yaml.safe_load(front)
    assert isinstance(found, dict)
    return found


def test_the_head_of_a_run_without_results(run: Run) -> None:
    found = head(run)
    assert found["library_name"] == "ganzoo"
    assert found["license"] == "unknown"
    assert {"gan", "toy"} <= {*found["tags"]}
    assert found["pipeline_tag"] == "unconditional-image-generation"
    assert "model-index" not in found


def test_an_evaluation_adds_its_results(run: Run, evaluate: Evaluate) -> None:
    before = (run.path / "README.md").read_text(encoding="utf-8").split("---\n", 2)[2]
    (gap,) = [result for result in evaluate("gap") if result.name == "gap"]
    (entry,) = head(run)["model-index"]
    (result,) = entry["results"]
    assert result["dataset"]["split"] == gap.protocol.split
    values = {metric["type"]: metric["value"] for metric in result["metrics"]}
    assert values["gap"] == gap.value
    after = (run.path / "README.md").read_text(encoding="utf-8").split("---\n", 2)[2]
    assert after == before


def test_an_edited_card_is_left_as_it_is(run: Run, evaluate: Evaluate) -> None:
    path = run.path / "README.md"
    edited = path.read_text(encoding="utf-8").replace('license: "unknown"', "license: mit")
    edited = edited.replace("license: unknown", "license: mit") + "\nMy notes.\n"
    path.write_text(edited, encoding="utf-8")
    evaluate("gap")
    assert path.read_text(encoding="utf-8") == edited
