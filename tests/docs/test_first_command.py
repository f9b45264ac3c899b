"""The first command of a newcomer is the same wherever it stands."""

from __future__ import annotations

from .pages import DOCS, ROOT, blocks

STARTS = [ROOT / "README.md", DOCS / "index.md", DOCS / "guides" / "quickstart.md"]
STARTS += [DOCS / "ko" / "index.md", DOCS / "ko" / "quickstart.md"]


def test_the_first_block_of_every_start_page_is_the_same() -> None:
    first = {page: next(blocks(page)).text for page in STARTS}
    assert set(first.values()) == {first[ROOT / "README.md"]}
    assert "ganzoo train vanilla-mlp" in first[ROOT / "README.md"]
