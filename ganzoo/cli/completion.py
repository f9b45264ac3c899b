"""Shell completion of the names of components, without importing torch."""

from __future__ import annotations

from collections.abc import Callable

from click import Context, Parameter
from click.shell_completion import CompletionItem

from ganzoo.cli.group import registry_of
from ganzoo.registry.kinds import KINDS
from ganzoo.registry.loggers import NONE

Completer = Callable[[Context, Parameter, str], list[CompletionItem]]


def names(kind: str) -> Completer:
    """Completes the name of a component of this kind."""

    def complete(ctx: Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
        entries = registry_of().entries(kind)
        return _items(incomplete, {entry.name: entry.summary for entry in entries})

    return complete


def name_or_kind(ctx: Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
    """Completes NAME or KIND/NAME."""
    entries = registry_of().entries()
    forms = {f"{entry.kind}/{entry.name}": entry.summary for entry in entries}
    forms |= {entry.name: entry.summary for entry in entries}
    return _items(incomplete, forms)


def loggers(ctx: Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
    """Completes the name of a logger."""
    known = registry_of().loggers()
    summaries = {name: f"needs {logger.install}" for name, logger in known.items()}
    return _items(incomplete, {**summaries, NONE: "no logger"})


def kinds(ctx: Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
    """Completes the name of a kind of component."""
    return _items(incomplete, dict.fromkeys(KINDS, ""))


def _items(incomplete: str, summaries: dict[str, str]) -> list[CompletionItem]:
    return [
        CompletionItem(name, help=summary)
        for name, summary in summaries.items()
        if name.startswith(incomplete)
    ]
