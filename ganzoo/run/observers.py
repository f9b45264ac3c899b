"""Calls the observers of a run at each event of the training."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, TypeVar

import pluggy

from ganzoo import rng
from ganzoo.errors import GanzooError
from ganzoo.registry.hookspecs import Observation

T = TypeVar("T")


class Observers:
    """The run's own observers (its log, the console) and the observers of plugins. An error of the
    run's own observer stops the run. A plugin's observer that raises is dropped, with one warning;
    but one of those ``needed`` must start, or the run stops before its first step.
    Random numbers that a plugin's observer draws do not change those of the training."""

    def __init__(
        self,
        own: Iterable[object],
        plugins: Iterable[tuple[str, object]] = (),
        needed: Collection[str] = (),
    ) -> None:
        self._manager = pluggy.PluginManager("ganzoo")
        self._manager.add_hookspecs(Observation)
        for name, plugin in plugins:
            self._manager.register(plugin, name)
        self._own, self._needed = list(own), needed
        for observer in self._own:
            self._manager.register(observer)

    def call(self, hook: str, **arguments: Any) -> None:
        """Call every implementation of the hook: those marked tryfirst, then those of the run's own
        observers, then the others."""
        for _ in self._results(hook, arguments, lambda result: result):
            pass

    def report(self, **arguments: Any) -> dict[str, float]:
        """The scalars that observers add to the log."""
        scalars: dict[str, float] = {}
        for added in self._results("ganzoo_report", arguments, _scalars):
            scalars |= added
        return scalars

    def _results(
        self, hook: str, arguments: dict[str, Any], convert: Callable[[Any], T]
    ) -> Iterator[T]:
        for implementation in reversed(getattr(self._manager.hook, hook).get_hookimpls()):
            accepted = {name: arguments[name] for name in implementation.argnames}
            if implementation.plugin in self._own:
                yield convert(implementation.function(**accepted))
                continue
            try:
                with rng.kept():  # an observer must not change the training
                    result = convert(implementation.function(**accepted))
            except (Exception, SystemExit) as error:
                name = self._manager.get_name(implementation.plugin)
                if hook == "ganzoo_run_started" and name in self._needed:
                    raise _cannot_start(name, error) from error
                self._drop(implementation.plugin, hook, error)
            else:
                yield result

    def _drop(self, plugin: object, hook: str, error: BaseException) -> None:
        name = self._manager.get_name(plugin)
        where = traceback.extract_tb(error.__traceback__)[-1]
        self._manager.unregister(plugin)
        warnings.warn(
            f"The observer {name!r} was dropped from this run: {hook} raised "
            f"{type(error).__name__}: {error} ({where.filename}:{where.lineno}).",
            stacklevel=2,
        )


def _cannot_start(name: str | None, error: BaseException) -> GanzooError:
    text = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return GanzooError(
        f"The logger {name!r} cannot start: {text}. Mend this, or train without the logger: "
        "--log none."
    )


def _scalars(result: Any) -> dict[str, float]:
    return {str(name): float(value) for name, value in (result or {}).items()}
