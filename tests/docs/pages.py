"""The pages of the docs as they were written: fenced blocks, and commands in the text."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
EXAMPLES = DOCS / "examples"
KIND_EXAMPLES = ROOT / "ganzoo" / "scaffold" / "examples"
SITE = [page for page in sorted(DOCS.rglob("*.md")) if EXAMPLES not in page.parents]
READMES = [ROOT / "README.md", *sorted(EXAMPLES.rglob("README.md"))]
PAGES = [*SITE, *READMES]

_FENCE = re.compile(r"^```(\w*)(?: title=\"([^\"]+)\")?$")
_SNIPPET = re.compile(r"^--8<--\n(.+)\n--8<--$", re.MULTILINE)
_INLINE = re.compile(r"`(ganzoo [^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block. title: the file that it is, where it is one. line: of its first fence."""

    section: str
    language: str
    title: str
    text: str
    line: int

    def commands(self) -> list[list[str]]:
        """The lines of a shell block that call ganzoo, as words."""
        lines = self.text.replace("\\\n", " ").splitlines() if self.language == "sh" else []
        words = [shlex.split(line, comments=True) for line in lines]
        return [each for each in words if each and each[0] == "ganzoo"]


def blocks(page: Path) -> Iterator[Block]:
    """Every fenced block of a page, with the files that it includes."""
    section, inside, lines = "", None, []
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        fence = _FENCE.match(line)
        if inside is None and line.startswith("#"):
            section = line.lstrip("# ")
        elif inside is None and fence:
            inside, lines = (fence[1], fence[2] or "", number), []
        elif inside is not None and line == "```":
            language, title, start = inside
            yield Block(section, language, title, _included("\n".join(lines)) + "\n", start)
            inside = None
        elif inside is not None:
            lines.append(line)
    assert inside is None, f"{page}: a block is not closed"


def commands(page: Path) -> Iterator[list[str]]:
    """Every call of ganzoo in a page's shell blocks, as words."""
    for block in blocks(page):
        yield from block.commands()


def mentions(page: Path) -> Iterator[list[str]]:
    """Every call of ganzoo in a page's text, which may be cut short: `ganzoo train ...`."""
    prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    for found in _INLINE.findall(prose):
        yield found.replace("...", "").split()


def _included(text: str) -> str:
    def snippet(found: re.Match[str]) -> str:
        choices = (folder / found[1] for folder in (EXAMPLES, KIND_EXAMPLES))
        path = next(path for path in choices if path.is_file())
        return path.read_text(encoding="utf-8").rstrip()

    return _SNIPPET.sub(snippet, text)
