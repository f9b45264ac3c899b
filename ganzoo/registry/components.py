"""The list of installed components, for scripts and notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ganzoo.errors import UsageError, near
from ganzoo.registry.discovery import Registry
from ganzoo.registry.entries import Entry
from ganzoo.registry.kinds import KINDS


class Components(list[Entry]):
    """A list of components, which a notebook shows as a table."""

    def __repr__(self) -> str:
        return "\n".join(f"{e.kind}/{e.name}  {e.summary}" for e in self) or "No components"

    def _repr_html_(self) -> str:
        from ganzoo.notebook import views

        return views.of_components(self)


def components(kind: str | None = None, *, plugins: Sequence[str | Path] = ()) -> Components:
    """The installed components, all or of one kind, sorted by kind and name, as `ganzoo list` lists
    them. ``plugins``: paths of one-file plugins. Raises UsageError for an unknown kind."""
    if kind is not None and kind not in KINDS:
        raise UsageError(f"There is no kind {kind!r}. {near(kind, KINDS)}")
    return Components(Registry.discover(map(Path, plugins)).entries(kind))
