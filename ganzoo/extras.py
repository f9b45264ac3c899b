"""The extras of ganzoo: optional packages, by the names that pip knows them by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata

FOR_DEVELOPERS = ("dev", "docs")
_NEED = re.compile(r"""([\w.-]+).*;.*extra == ["']([\w.-]+)["']""")


@dataclass(frozen=True)
class Extra:
    """missing: the distributions of the extra that are not installed."""

    name: str
    missing: tuple[str, ...]

    @property
    def command(self) -> str:
        """The command that installs the extra."""
        return f"pip install 'ganzoo[{self.name}]'"


def extras() -> list[Extra]:
    """The extras for users, sorted by name, from ganzoo's own metadata."""
    needs: dict[str, list[str]] = {}
    for requirement in metadata.requires("ganzoo") or ():
        if found := _NEED.match(requirement):
            needs.setdefault(found[2], []).append(found[1])
    return [
        Extra(name, tuple(need for need in packages if not _installed(need)))
        for name, packages in sorted(needs.items())
        if name not in FOR_DEVELOPERS
    ]


def _installed(distribution: str) -> bool:
    try:
        metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True
