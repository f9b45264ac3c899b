"""The examples of the docs conform to what ganzoo asks of every plugin."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganzoo.registry.kinds import KINDS
from ganzoo.testing import check_plugin

from .pages import EXAMPLES


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_kind_conforms(kind: str) -> None:
    findings = check_plugin(str(EXAMPLES / "kinds" / f"{kind}.py"))
    assert not findings, "\n".join(map(str, findings))


def test_there_is_no_example_that_no_page_shows() -> None:
    assert {path.stem for path in Path(EXAMPLES / "kinds").glob("*.py")} == set(KINDS)
