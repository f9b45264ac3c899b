"""The texts that a plugin brings for the pages of its components.

The text of a component is the file ``pages/KIND/NAME.md`` in the plugin's package. It begins with
the idea. These sections have a place on the page: ``## Objective`` (the mathematics),
``## Figures`` (remarks on the measured figures), ``## Differences`` (from the paper). Any other
section comes after them. A component without a text has a page too.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from ganzoo import Registry
from ganzoo.registry.entries import Entry

PLACED = ("Objective", "Figures", "Differences")
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Written:
    """The idea, and the other sections by their headings."""

    idea: str = ""
    sections: dict[str, str] = field(default_factory=dict)

    def section(self, heading: str) -> str:
        return self.sections.get(heading, "")

    @property
    def others(self) -> str:
        """The sections without a place of their own, with their headings."""
        found = (each for each in self.sections.items() if each[0] not in PLACED)
        return "\n\n".join(f"## {heading}\n\n{text}" for heading, text in found)


def written(entry: Entry, registry: Registry) -> Written:
    """The text of a component; an empty one if its plugin has none."""
    path = _package(entry.plugin, registry) / "pages" / entry.kind / f"{entry.name}.md"
    if not path.is_file():
        return Written()
    idea, *rest = _HEADING.split(path.read_text(encoding="utf-8"))
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return Written(idea.strip(), {heading.strip(): text.strip() for heading, text in pairs})


def _package(plugin: str, registry: Registry) -> Path:
    """The folder of the package that a plugin is in: of ``a.b.plugin`` the folder of ``a``."""
    name = registry.hooks.get_plugin(plugin).__name__.partition(".")[0]
    return Path(sys.modules[name].__file__ or "").parent
