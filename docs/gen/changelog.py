"""The changelog of the project as a page."""

from __future__ import annotations

from collections.abc import Iterator

from gen.files import DOCS


def changelog() -> Iterator[str]:
    """CHANGELOG.md, with its links as from a page of the docs."""
    text = (DOCS.parent / "CHANGELOG.md").read_text(encoding="utf-8")
    yield text.replace("](docs/", "](")
