"""Everything that is installed conforms: a plugin that is added here is held to it at once."""

from __future__ import annotations

from functools import partial

import pytest

import ganzoo.testing
from ganzoo.evaluation import classifier_cache
from ganzoo.recipe import Part
from ganzoo.testing import scenes
from ganzoo.testing.subject import Subject

from ..plugins.small import SMALLER, small, with_small_parts


@pytest.fixture(autouse=True)
def _small_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks train every component in a small size and every recipe with small networks:
    `ganzoo check` trains the whole ones. The classifier of an evaluation is trained for 2 steps."""
    few_steps = scenes.small
    monkeypatch.setattr(scenes, "small", lambda recipe: few_steps(with_small_parts(recipe)))
    monkeypatch.setattr(Subject, "part", property(_small_part))
    monkeypatch.setattr(classifier_cache, "fit", partial(classifier_cache.fit, steps=2))


def _small_part(subject: Subject) -> Part:
    part = Part(subject.entry.qualified)
    return small(subject.entry.kind, part) if subject.entry.kind in SMALLER else part


test_conformance = ganzoo.testing.conformance()
