"""The examples of the docs conform to the rules for every plugin."""

from __future__ import annotations

import pytest

from ganzoo.registry.kinds import KINDS
from ganzoo.testing import check_plugin

from .pages import KIND_EXAMPLES


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_kind_conforms(kind: str) -> None:
    findings = check_plugin(str(KIND_EXAMPLES / f"{kind}.py"))
    assert not findings, "\n".join(map(str, findings))
