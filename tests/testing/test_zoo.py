"""Everything that is installed conforms: a plugin that is added here is held to it at once."""

from __future__ import annotations

import pytest

import ganzoo.testing
from ganzoo.testing import scenes

from ..plugins.small import with_small_parts


@pytest.fixture(autouse=True)
def _small_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks train every recipe with small networks: `ganzoo check` trains the whole ones."""
    few_steps = scenes.small
    monkeypatch.setattr(scenes, "small", lambda recipe: few_steps(with_small_parts(recipe)))


test_conformance = ganzoo.testing.conformance()
