"""The navigation of the site, as in mkdocs.yml, with the pages that are generated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def nest(navigation: list[Any], overview: str, title: str, pages: Sequence[Any]) -> None:
    """Make a section of a page that is in the navigation: the page, and further pages after it."""
    assert _nested(navigation, overview, {title: [overview, *pages]}), f"no {overview} in the nav"


def _nested(navigation: list[Any], overview: str, section: dict[str, Any]) -> bool:
    for number, item in enumerate(navigation):
        if item == overview:
            navigation[number] = section
            return True
        for inside in item.values() if isinstance(item, dict) else ():
            if isinstance(inside, list) and _nested(inside, overview, section):
                return True
    return False
