"""Everything that is installed conforms: a plugin that is added here is held to it at once."""

from __future__ import annotations

import pytest

import ganzoo.testing
from ganzoo.testing.subject import Rehearsal

from ..plugins.small import LARGE

DESCRIPTIONS = {"summary", "resolves"}  # the rules for a recipe without a training


@pytest.fixture(autouse=True)
def _no_large_training(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither is a large recipe trained, nor a component in it."""
    every = Rehearsal.recipes
    monkeypatch.setattr(
        Rehearsal,
        "recipes",
        lambda self, entry: [each for each in every(self, entry) if each.name not in LARGE],
    )
    case = request.node.callspec.params
    entry = case["subject"].entry
    if entry.kind == "recipe" and entry.name in LARGE and case["rule"].id not in DESCRIPTIONS:
        pytest.skip("too large for the tests; its networks are in those of smaller recipes")


test_conformance = ganzoo.testing.conformance()
