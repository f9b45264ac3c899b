"""Loggers: plugins whose observer hooks only some runs call, such as those that ask for them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ganzoo.errors import UsageError, near

if TYPE_CHECKING:
    from ganzoo.registry.discovery import Registry

VARIABLE = "GANZOO_LOG"
NONE = "none"


@dataclass(frozen=True)
class Logger:
    """needs: the package that the logger imports. install: its requirement for pip. default:
    whether a run that names no logger has this one, if the package is installed."""

    needs: str
    install: str
    default: bool

    @property
    def installed(self) -> bool:
        return find_spec(self.needs) is not None


def choose(
    registry: Registry, asked: str | Sequence[str] | None, recorded: Sequence[str] | None = None
) -> list[str]:
    """The names of the loggers of a run. ``asked``: names, or "none"; else those in ``recorded``,
    which the run had before it was resumed; else those in $GANZOO_LOG, a list separated by commas;
    else the loggers that are on by default.

    Raises UsageError for an unknown name, and for a logger whose package is not installed. Warns
    of a recorded logger that cannot be used, and leaves it out."""
    if isinstance(asked, str):
        asked = [asked]
    if asked is not None:
        return _checked(registry, asked, "")
    if recorded is not None:
        return [name for name in recorded if _usable(registry, str(name))]
    if names := [name.strip() for name in os.environ.get(VARIABLE, "").split(",") if name.strip()]:
        return _checked(registry, names, f"{VARIABLE}: ")
    known = registry.loggers()
    return [name for name, logger in known.items() if logger.default and logger.installed]


def _checked(registry: Registry, names: Sequence[str], place: str) -> list[str]:
    if NONE in names:
        if {*names} != {NONE}:
            raise UsageError(f"{place}{NONE!r} leaves out every logger: name no other beside it.")
        return []
    known = registry.loggers()
    for name in names:
        if name not in known:
            hint = near(name, [*known, NONE])
            raise UsageError(f"{place}There is no logger {name!r}. {hint}")
        if not known[name].installed:
            raise UsageError(f"{place}{_missing(name, known[name])}")
    return list(dict.fromkeys(names))


def _usable(registry: Registry, name: str) -> bool:
    logger = registry.loggers().get(name)
    if logger is not None and logger.installed:
        return True
    reason = _missing(name, logger) if logger else f"There is no logger {name!r} any more."
    warnings.warn(f"The run goes on without the logger {name!r}. {reason}", stacklevel=4)
    return False


def _missing(name: str, logger: Logger) -> str:
    return (
        f"The logger {name!r} needs the package {logger.needs}: run `pip install "
        f"'{logger.install}'`."
    )


def observers(registry: Registry, names: Collection[str]) -> list[tuple[str, object]]:
    """The plugins whose hooks a run calls, by name: all but the loggers that are not in
    ``names``."""
    without = {*registry.loggers()} - {*names}
    return [(name, plugin) for name, plugin in registry.observers() if name not in without]


def needed(registry: Registry, names: Collection[str]) -> set[str]:
    """The loggers without which a run does not start: those that somebody has asked for."""
    return {name for name, logger in registry.loggers().items() if not logger.default} & {*names}
