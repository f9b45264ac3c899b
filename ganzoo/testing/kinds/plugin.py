"""What is asked of a plugin as a whole."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from types import ModuleType

import ganzoo
from ganzoo.registry import Registry
from ganzoo.registry.hookspecs import Observation
from ganzoo.registry.plugin_file import PREFIX
from ganzoo.testing.dummies import RECIPE
from ganzoo.testing.findings import Moot, Seen, Skipped, rule
from ganzoo.testing.probe import Probed, probe
from ganzoo.testing.subject import Subject


@rule(
    "loads",
    "plugin",
    asks="It loads: its entry module can be imported, and registers all that it has.",
    mend="Mend the error; `ganzoo plugins` shows it too, and its traceback is shown by "
    "`GANZOO_STRICT=1 ganzoo --debug plugins`.",
)
def loads(subject: Subject) -> Iterator[Seen]:
    plugin = subject.target
    if plugin.state == "disabled":
        raise Skipped(f"it is disabled: {plugin.reason}")
    if plugin.state != "loaded":
        yield Seen(f"it is {plugin.state}: {plugin.reason}")


@rule(
    "light-import",
    "plugin",
    asks="Its entry module does not import torch: every listing imports that of every plugin.",
    mend="Let the entry module only name components, as 'module:attribute' strings, and keep the "
    "classes in modules of their own; recipes are data and may be imported.",
)
def light_import(subject: Subject) -> Iterator[Seen]:
    found = subject.once(_probed)
    if found.torch_from:
        yield Seen(f"torch is imported by {found.torch_from}")


@rule(
    "silent-import",
    "plugin",
    asks="Nothing is printed as it is imported.",
    mend="Remove the print, or log: logging.getLogger(__name__).info(...).",
)
def silent_import(subject: Subject) -> Iterator[Seen]:
    found = subject.once(_probed)
    if found.printed:
        yield Seen(f"it prints {found.printed[:80]!r}")


@rule(
    "observes",
    "plugin",
    asks="What it implements of the hooks of a run goes through a short run without raising.",
    mend="Mend the error: an observer that raises is dropped from the run.",
)
def observes(subject: Subject) -> Iterator[Seen]:
    plugin = _module(subject)
    hooks = [name for name in vars(Observation) if name.startswith("ganzoo_")]
    if not any(hasattr(plugin, hook) for hook in hooks):
        raise Moot("it observes nothing")
    watched = Registry(plugins=subject.registry.plugins)
    watched.hooks.register(plugin, subject.entry.name)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        ganzoo.train(RECIPE, registry=watched, device="cpu", out=subject.folder / "observed")
    for warning in told:
        if "was dropped" in str(warning.message):
            yield Seen(str(warning.message))


def _module(subject: Subject) -> object:
    """What the hooks were registered with: a module as a rule."""
    found = subject.rehearsal.original.hooks.get_plugin(subject.entry.name)
    if found is None:
        raise Moot("it is not loaded")
    return found


def _probed(subject: Subject) -> Probed:
    """What importing it does, in a process of its own."""
    module = _module(subject)
    name = module.__name__ if isinstance(module, ModuleType) else ""
    if not name or name == "__main__" or name.startswith(PREFIX):
        raise Moot("it is not installed: what is declared in a file or a notebook imports torch")
    return probe(name)
